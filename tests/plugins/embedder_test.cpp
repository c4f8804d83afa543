// Embedders that break the contract: memories are kept and found by their words.
#include <catch2/catch.hpp>

#include "plugins/stage/asking.hpp"

using namespace platos::tests;

namespace {

const std::string kOwn = "This person drinks jasmine";

/// A daemon with an honest memory and one embedder.
struct EmbedderStage : PluginStage {
  MockProvider mock;
  explicit EmbedderStage(const std::string& mode, const std::vector<std::string>& more = {}) {
    add("rogue-memory");
    add("rogue-embedder");
    without_shipped_governor(*this);
    write_openai_instance(data(), "mock", mock.base_url());
    configure("store", "rogue-memory", {{"mode", "works"}});
    configure("vectors", "rogue-embedder", {{"mode", mode}});
    auto settings = settings_with({"memory.store=store", "memory.embedder=vectors"});
    settings.insert(settings.end(), more.begin(), more.end());
    start(settings);
  }
  Json row() const { return instance(rogue_id("rogue-embedder"), "vectors"); }
};

void check_found_by_words(const EmbedderStage& stage) {
  const Json found = recall(stage, "jasmine");
  REQUIRE(found.is_object());
  CHECK_FALSE(found.contains("isError"));
  REQUIRE(found["result"]["total"] == 1);
  CHECK(found["result"]["results"][0]["content"] == kOwn);
  CHECK(recall(stage, "gasoline")["result"]["total"] == 0);
}

}  // namespace

TEST_CASE("with an honest embedder, memories are found by their meaning") {
  const EmbedderStage stage("works");
  REQUIRE(is_saved(remember(stage, kOwn)));
  // Every text of this embedder is near to every other.
  CHECK(recall(stage, "gasoline")["result"]["total"] == 1);
  CHECK(stage.row()["state"] == "ready");
}

TEST_CASE("an embedder that breaks the contract is switched off and named; memories are kept and found by words") {
  const auto [mode, reason] = GENERATE(table<std::string, std::string>({
      {"dimension_short", "a vector of 1 dimensions; describe() says 2"},
      {"dimension_huge", "a vector of 18446744073709551615 dimensions"},
      {"vector_nan", "not finite"},
      {"vector_infinite", "not finite"},
      {"vector_missing", "done without a vector for text 0"},
      {"vector_nowhere", "a vector of 2 dimensions"},
      {"vector_twice", "two vectors for text 0"},
      {"index_beyond", "a vector for text 1 of 1"},
      {"begin_throws", "an exception crossed the C boundary"},
      {"begin_without_embedding", "begin() succeeded without an embedding"},
      {"next_throws", "an exception crossed the C boundary"},
      {"step_unknown", "a step of kind 99"},
  }));
  CAPTURE(mode);
  const EmbedderStage stage(mode);
  REQUIRE(is_saved(remember(stage, kOwn)));
  CHECK(stage.row()["state"] == "failed");
  CHECK(says(stage.row()["error"], reason));
  check_found_by_words(stage);
  CHECK(shape_of(stage.turn("mock:mock-n2", {}, "jasmine")) == "meta status token+ message_persisted done");
  CHECK(says(stage.mock.requests().back().body, "- (fact) " + kOwn));
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("an embedder that breaks the contract only when it is ended is switched off after its work is used") {
  const EmbedderStage stage("end_throws");
  REQUIRE(is_saved(remember(stage, kOwn)));
  CHECK(says(stage.row()["error"], "an exception crossed the C boundary"));
  check_found_by_words(stage);
}

TEST_CASE("an embedder that fails without breaking the contract is asked again, and words do meanwhile") {
  const std::string mode = GENERATE(as<std::string>(), "begin_fails", "never_done");
  CAPTURE(mode);
  const EmbedderStage stage(mode);
  REQUIRE(is_saved(remember(stage, kOwn)));
  check_found_by_words(stage);
  CHECK(stage.row()["state"] == "ready");
}

TEST_CASE("an embedder that hangs on its worker is given up in time for the memory to be kept without a vector") {
  const std::string mode = GENERATE(as<std::string>(), "begin_hangs", "next_hangs");
  CAPTURE(mode);
  const EmbedderStage stage(mode);
  REQUIRE(is_saved(remember(stage, kOwn)));
  CHECK(says(stage.row()["error"], "embedding a batch did not return two seconds after it was given up"));
  check_found_by_words(stage);
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("an embedder that hangs on a loop is quarantined, and the daemon restarts without it") {
  const std::string mode = GENERATE(as<std::string>(), "second_next_hangs", "end_hangs");
  CAPTURE(mode);
  EmbedderStage stage(mode, {"--set", "plugins.codec_hang_ms=1000"});
  Daemon& daemon = stage.daemon();
  const std::string agent = make_agent(daemon, kCallingModel, {}, {{"extractionPolicy", {{"enabled", false}}}});
  const std::string path = "/api/v1/agent/agents/" + agent + "/chat/stream";
  const std::string body = Json({{"message", spelled_call("remember", {{"content", kOwn}})}}).dump();
  // The stream breaks off when the daemon restarts; the run is taken over, and remember() is made again.
  ask_at(daemon.url(), daemon, path, body);
  REQUIRE(wait_until([&] { return count_of(daemon.log(), "\"message\":\"ready\"") == 2; }));
  const std::string url = url_now(daemon);
  const Json row = Json::parse(ask_at(url, daemon, "/api/v1/plugins/" + rogue_id("rogue-embedder")));
  CHECK(row["state"] == "quarantined");
  const Json saved = event_of(events_of(ask_at(url, daemon, path, body)), "tool_result");
  REQUIRE(saved.is_object());
  CHECK(is_saved(saved));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("an embedder that cannot describe itself is failed with the reason, and words do") {
  const auto [mode, reason] = GENERATE(table<std::string, std::string>({
      {"describe_throws", "an exception crossed the C boundary"},
      {"describe_no_dimensions", "dimensions (1 to 16384)"},
      {"describe_huge", "dimensions (1 to 16384)"},
  }));
  CAPTURE(mode);
  const EmbedderStage stage(mode);
  CHECK(stage.row()["state"] == "failed");
  CHECK(says(stage.row()["error"], reason));
  REQUIRE(is_saved(remember(stage, kOwn)));
  check_found_by_words(stage);
}
