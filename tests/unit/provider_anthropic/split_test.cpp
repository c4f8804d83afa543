// The recorded answers, cut everywhere.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "driver.hpp"

using namespace platos::provider_anthropic::testing;
using Events = std::vector<std::string>;

namespace {

const char* const kCompleteStreams[] = {"text",      "two_tools",  "thinking", "unknown",
                                        "multibyte", "max_tokens", "refusal"};

Events expected_events(const std::string& name) {
  return nlohmann::json::parse(recorded(name + ".events.json")).get<Events>();
}

}  // namespace

TEST_CASE("recorded streams give their events, split at every byte and fed byte by byte") {
  const Plugin plugin;
  for (const char* name : kCompleteStreams) {
    const std::string body = recorded(std::string(name) + ".sse");
    const Events expected = expected_events(name);
    INFO(name);
    const auto whole = run_exchange(plugin.instance, kStreamRequest, 200, {body});
    INFO(whole.error.message);
    CHECK(whole.done);
    CHECK(whole.events == expected);
    CHECK(run_exchange(plugin.instance, kStreamRequest, 200, bytes_of(body)).events == expected);
    for (std::size_t at = 0; at <= body.size(); ++at) {
      const std::string_view text = body;
      const auto split = run_exchange(plugin.instance, kStreamRequest, 200, {text.substr(0, at), text.substr(at)});
      if (!split.done || split.events != expected) FAIL("split at byte " << at << ": " << split.error.message);
    }
  }
}

TEST_CASE("an overload after status 200 fails the answer, split at every byte") {
  const Plugin plugin;
  const std::string body = recorded("overloaded.sse");
  for (std::size_t at = 0; at <= body.size(); ++at) {
    const std::string_view text = body;
    const Result result = exchange(plugin, {.pieces = {text.substr(0, at), text.substr(at)}});
    INFO("split at byte " << at);
    REQUIRE(result.status == PLATOS_UNAVAILABLE);
    REQUIRE(result.events == expected_events("overloaded"));
    REQUIRE(result.message == "https://api.anthropic.com broke off its answer with an error: \"Overloaded\"");
    REQUIRE(nlohmann::json::parse(result.detail_json) ==
            nlohmann::json{{"retryable", true}, {"provider_code", "overloaded_error"}});
  }
}

TEST_CASE("a stream cut at any byte ends early or is complete, and gives a prefix of its text") {
  const Plugin plugin;
  for (const char* name : kCompleteStreams) {
    const std::string body = recorded(std::string(name) + ".sse");
    const std::string full_text = exchange(plugin, {.pieces = {body}}).joined("text:");
    for (std::size_t at = 0; at < body.size(); ++at) {
      const Result result = exchange(plugin, {.pieces = {std::string_view(body).substr(0, at)}});
      const bool is_early = result.status == PLATOS_UNAVAILABLE &&
                            result.message.starts_with("the stream ended early") &&
                            result.detail_json == R"({"retryable":true})";
      const std::string problem = broken_promise(result);
      if (!problem.empty() || (!result.done && !is_early) || !full_text.starts_with(result.joined("text:"))) {
        FAIL(name << " cut at byte " << at << ": " << problem << " " << result.message);
      }
    }
  }
}

TEST_CASE("a stream with any byte replaced never breaks a promise") {
  const Plugin plugin;
  for (const char* name : kCompleteStreams) {
    std::string body = recorded(std::string(name) + ".sse");
    for (std::size_t at = 0; at < body.size(); ++at) {
      const char original = body[at];
      for (const char garbage : {'\xff', '"', '{', '\0', ']', '9'}) {
        body[at] = garbage;
        const Result result = exchange(plugin, {.pieces = {body}});
        if (const auto problem = broken_promise(result); !problem.empty()) {
          FAIL(name << " byte " << at << ": " << problem);
        }
      }
      body[at] = original;
    }
  }
}

TEST_CASE("streams with pieces cut out, doubled and swapped never break a promise") {
  const Plugin plugin;
  std::mt19937 random(42);
  for (int round = 0; round < 3000; ++round) {
    const char* name = kCompleteStreams[random() % std::size(kCompleteStreams)];
    std::string body = recorded(std::string(name) + ".sse");
    for (int change = 0; change < 3; ++change) {
      const std::size_t from = random() % body.size();
      const std::string piece = body.substr(from, random() % 250);
      if (random() % 2 == 0) body.erase(from, piece.size());
      body.insert(random() % (body.size() + 1), piece);
    }
    const std::string problem = broken_promise(exchange(plugin, {.pieces = {body}}));
    if (!problem.empty()) FAIL(name << " in round " << round << ": " << problem << "\n" << body);
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
