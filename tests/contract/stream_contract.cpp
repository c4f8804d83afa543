#include "contract/stream_contract.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "common/provider/testing/answer_promises.hpp"
#include "common/provider/testing/exchange_driver.hpp"

namespace platos::tests {

using namespace provider_common::testing;

namespace {

Recording read_recording(const std::string& folder, const std::string& name, const std::string& ending) {
  const std::string path = folder + "/" + name;
  return {name, read_file(path + ending), nlohmann::json::parse(read_file(path + ".events.json"))};
}

}  // namespace

Recording recording(const std::string& folder, const std::string& name) { return read_recording(folder, name, ".sse"); }

std::vector<Recording> whole_recordings(const std::string& folder, const std::vector<std::string>& names) {
  std::vector<Recording> all;
  for (const std::string& name : names) all.push_back(read_recording(folder, name, ".json"));
  return all;
}

std::vector<Recording> recordings(const std::string& folder, const std::vector<std::string>& names) {
  std::vector<Recording> all;
  for (const std::string& name : names) all.push_back(recording(folder, name));
  return all;
}

void check_broken_off(const Recording& stream, const std::string& says, const std::string& detail_json) {
  const Plugin plugin;
  const std::string_view text = stream.body;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const Result result = exchange(plugin, {.pieces = {text.substr(0, at), text.substr(at)}});
    INFO("split at byte " << at << ": " << result.message << " " << result.detail_json);
    REQUIRE(result.status == PLATOS_UNAVAILABLE);
    REQUIRE(result.events == stream.events);
    REQUIRE(result.message.find(says) != std::string::npos);
    REQUIRE(nlohmann::json::parse(result.detail_json) == nlohmann::json::parse(detail_json));
  }
}

TEST_CASE("recorded streams give their events, split at every byte and fed byte by byte") {
  const Plugin plugin;
  for (const Recording& stream : complete_streams()) {
    INFO(stream.name);
    const std::string_view text = stream.body;
    const auto whole = run_exchange(plugin.instance, kStreamRequest, 200, {text});
    INFO(whole.error.message);
    CHECK(whole.done);
    CHECK(whole.events == stream.events);
    CHECK(run_exchange(plugin.instance, kStreamRequest, 200, bytes_of(text)).events == stream.events);
    for (std::size_t at = 0; at <= text.size(); ++at) {
      const auto split = run_exchange(plugin.instance, kStreamRequest, 200, {text.substr(0, at), text.substr(at)});
      if (!split.done || split.events != stream.events) FAIL("split at byte " << at << ": " << split.error.message);
    }
  }
}

TEST_CASE("a stream cut at any byte ends early or is complete, and gives a prefix of its text") {
  const Plugin plugin;
  for (const Recording& stream : complete_streams()) {
    const std::string full_text = exchange(plugin, {.pieces = {stream.body}}).joined("text:");
    for (std::size_t at = 0; at < stream.body.size(); ++at) {
      const Result result = exchange(plugin, {.pieces = {std::string_view(stream.body).substr(0, at)}});
      const bool is_early = result.status == PLATOS_UNAVAILABLE &&
                            result.message.starts_with("the stream ended early") &&
                            result.detail_json == R"({"retryable":true})";
      const std::string problem = broken_promise(result);
      if (!problem.empty() || (!result.done && !is_early) || !full_text.starts_with(result.joined("text:"))) {
        FAIL(stream.name << " cut at byte " << at << ": " << problem << " " << result.message);
      }
    }
  }
}

TEST_CASE("a stream with any byte replaced never breaks a promise") {
  const Plugin plugin;
  for (const Recording& stream : complete_streams()) {
    std::string body = stream.body;
    for (std::size_t at = 0; at < body.size(); ++at) {
      for (const char garbage : {'\xff', '"', '{', '\0', ']', '9'}) {
        body[at] = garbage;
        const Result result = exchange(plugin, {.pieces = {body}});
        if (const auto problem = broken_promise(result); !problem.empty()) {
          FAIL(stream.name << " byte " << at << ": " << problem);
        }
      }
      body[at] = stream.body[at];
    }
  }
}

TEST_CASE("streams with pieces cut out, doubled and swapped never break a promise") {
  const Plugin plugin;
  // Short pieces damage one frame, long ones the order of frames.
  const std::size_t longest_piece = GENERATE(40u, 250u);
  std::mt19937 random(42);
  for (int round = 0; round < 3000; ++round) {
    const Recording& stream = complete_streams()[random() % complete_streams().size()];
    std::string body = stream.body;
    for (int change = 0; change < 3; ++change) {
      const std::size_t from = random() % body.size();
      const std::string piece = body.substr(from, random() % longest_piece);
      if (random() % 2 == 0) body.erase(from, piece.size());
      body.insert(random() % (body.size() + 1), piece);
    }
    const std::string problem = broken_promise(exchange(plugin, {.pieces = {body}}));
    if (!problem.empty()) FAIL(stream.name << " in round " << round << ": " << problem << "\n" << body);
  }
}

TEST_CASE("frames of garbage fail with INTERNAL and a clean message") {
  const Plugin plugin;
  std::mt19937 random(20250101);
  for (int round = 0; round < 2000; ++round) {
    std::string garbage(random() % 200, '\0');
    for (char& byte : garbage) byte = static_cast<char>(random());
    const Result result = exchange_frames(plugin, {'{' + garbage});
    INFO(round << " " << result.message);
    REQUIRE(broken_promise(result).empty());
    REQUIRE(result.status == PLATOS_INTERNAL);
  }
}

}  // namespace platos::tests
