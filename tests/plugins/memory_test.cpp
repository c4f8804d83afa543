// Memories that break the contract: nothing foreign reaches a model, and turns go on without memory.
#include <catch2/catch.hpp>

#include "plugins/stage/asking.hpp"

using namespace platos::tests;

namespace {

const std::string kForeign = "FOREIGN-CANARY";
const std::string kOwn = "This person drinks jasmine";

/// A daemon with one memory, which is found by words alone.
struct MemoryStage : PluginStage {
  MockProvider mock;
  explicit MemoryStage(const std::string& mode) {
    add("rogue-memory");
    without_shipped_governor(*this);
    write_openai_instance(data(), "mock", mock.base_url());
    configure("store", "rogue-memory", {{"mode", mode}});
    start(settings_with({"memory.store=store", "memory.embedder="}));
  }
  Json row() const { return instance(rogue_id("rogue-memory"), "store"); }
  /// A turn that is reminded of what fits the message.
  std::vector<Event> reminded_turn() const { return turn("mock:mock-n2", {}, "What do I drink? jasmine"); }
};

constexpr auto kTurnWithAnswer = "meta status token+ message_persisted done";

bool holds(const std::vector<Event>& events, const std::string& text) {
  for (const auto& event : events) {
    if (event.data.dump().find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("what an honest memory keeps is found by the tool, and the model is reminded of it") {
  const MemoryStage stage("works");
  const Json saved = remember(stage, kOwn);
  REQUIRE(saved.is_object());
  CHECK(is_saved(saved));
  const Json found = recall(stage, "jasmine");
  CHECK_FALSE(found.contains("isError"));
  REQUIRE(found["result"]["total"] == 1);
  CHECK(found["result"]["results"][0]["content"] == kOwn);
  REQUIRE(shape_of(stage.reminded_turn()) == kTurnWithAnswer);
  CHECK(says(stage.mock.requests().back().body, "- (fact) " + kOwn));
}

TEST_CASE(
    "a memory that breaks the contract in a search is switched off and named; the turn goes on, and nothing foreign "
    "reaches the model") {
  const auto [mode, reason] = GENERATE(table<std::string, std::string>({
      {"mark_missing", "another tenant or collection"},
      {"mark_swapped", "another tenant or collection"},
      {"mark_shortened", "another tenant or collection"},
      {"mark_nested", "another tenant or collection"},
      {"mark_in_array", "another tenant or collection"},
      {"metadata_not_json", "another tenant or collection"},
      {"too_many", "more records than the"},
      {"score_nan", "score is not finite"},
      {"cosine_infinite", "score is not finite"},
      {"vector_nan", "vector is not finite"},
      {"vector_nowhere", "vector cannot be"},
      {"vector_huge", "vector cannot be"},
      {"record_null", "a record without a size"},
      {"record_small", "a record without a size"},
      {"content_half_character", "not UTF-8"},
      {"metadata_half_character", "not UTF-8"},
      {"content_nowhere", "10 bytes at no address"},
      {"content_huge", "18446744073709551615 bytes"},
      {"id_huge", "129 bytes"},
      {"search_throws", "an exception crossed the C boundary"},
  }));
  CAPTURE(mode);
  const MemoryStage stage(mode);
  REQUIRE(is_saved(remember(stage, kOwn)));
  CHECK(stage.row()["state"] == "ready");
  const std::size_t before = stage.mock.requests().size();

  const auto events = stage.reminded_turn();
  REQUIRE(shape_of(events) == kTurnWithAnswer);
  CHECK(stage.row()["state"] == "failed");
  CHECK(says(stage.row()["error"], reason));
  // One bad record spoils the search: not even the good one before it is used.
  for (std::size_t i = before; i < stage.mock.requests().size(); ++i)
    CHECK_FALSE(says(stage.mock.requests()[i].body, kOwn));

  const Json found = recall(stage, "jasmine");
  CHECK(found["isError"] == true);
  CHECK(found["code"] == "tool_unavailable");
  CHECK(says(found["result"], "memory cannot be used"));
  const Json saved = remember(stage, "Something else");
  REQUIRE_FALSE(is_saved(saved));
  CHECK(says(saved["result"]["error"], "memory cannot be used"));
  CHECK(shape_of(stage.reminded_turn()) == kTurnWithAnswer);
  CHECK_FALSE(model_saw(stage.mock, kForeign));
  CHECK_FALSE(holds(events, kForeign));
  CHECK(stage.plugin(rogue_id("rogue-memory"))["state"] == "ready");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("a tool that meets a foreign record answers with an error that says nothing of it") {
  const auto [tool, arguments] =
      GENERATE(table<std::string, Json>({{"recall", Json{{"query", "jasmine"}}}, {"list_memories", Json::object()}}));
  CAPTURE(tool);
  const MemoryStage stage("mark_swapped");
  REQUIRE(is_saved(remember(stage, kOwn)));
  const Json result = call_tool(stage, tool, arguments, {}, {{"extractionPolicy", {{"enabled", false}}}});
  CHECK(result["isError"] == true);
  CHECK(result["code"] == "tool_failed");
  CHECK(says(result["result"], "another tenant or collection"));
  CHECK_FALSE(model_saw(stage.mock, kForeign));
  CHECK(stage.row()["state"] == "failed");
}

TEST_CASE("a memory that fails without breaking the contract stays in use, and turns go on without it") {
  const MemoryStage stage("search_unavailable");
  REQUIRE(is_saved(remember(stage, kOwn)));
  CHECK(shape_of(stage.reminded_turn()) == kTurnWithAnswer);
  const Json found = recall(stage, "jasmine");
  CHECK(found["isError"] == true);
  CHECK(found["code"] == "tool_unavailable");
  CHECK(says(found["result"], "the index sleeps"));
  CHECK(stage.row()["state"] == "ready");
  const Json listed = call_tool(stage, "list_memories", Json::object());
  CHECK(listed["result"]["total"] == 1);
}

TEST_CASE("a memory that cannot write tells the model so, and the turn goes on") {
  const auto [mode, reason, state] = GENERATE(table<std::string, std::string, std::string>({
      {"upsert_unavailable", "the disk sleeps", "ready"},
      {"upsert_throws", "an exception crossed the C boundary", "failed"},
      {"fetch_throws", "an exception crossed the C boundary", "failed"},
  }));
  CAPTURE(mode);
  const MemoryStage stage(mode);
  const Json saved = remember(stage, kOwn);
  REQUIRE(saved.is_object());
  REQUIRE_FALSE(is_saved(saved));
  CHECK(says(saved["result"]["error"], reason));
  CHECK(stage.row()["state"] == state);
  CHECK(shape_of(stage.reminded_turn()) == kTurnWithAnswer);
}

TEST_CASE("a memory that answers with a record that was not asked for is switched off") {
  const MemoryStage stage("fetch_stranger");
  REQUIRE(is_saved(remember(stage, kOwn)));
  // The second time the host looks whether it has this one already.
  CHECK_FALSE(is_saved(remember(stage, kOwn)));
  CHECK(says(stage.row()["error"], "a record that was not asked for"));
}

TEST_CASE("a search that hangs is given up: the turn goes on, and the memory is switched off") {
  const MemoryStage stage("search_hangs");
  REQUIRE(is_saved(remember(stage, kOwn)));
  CHECK(shape_of(stage.reminded_turn()) == kTurnWithAnswer);
  CHECK(stage.row()["state"] == "failed");
  CHECK(says(stage.row()["error"], "searching memories did not return two seconds after it was given up"));
  CHECK(recall(stage, "jasmine")["code"] == "tool_unavailable");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("a memory that cannot describe itself is failed with the reason, and turns go on without it") {
  const auto [mode, reason] = GENERATE(table<std::string, std::string>({
      {"create_throws", "an exception crossed the C boundary"},
      {"describe_throws", "an exception crossed the C boundary"},
      {"describe_not_json", "an object with an array \"modes\""},
      {"describe_no_modes", "no mode that this host knows"},
      {"describe_size_lies", "store"},
  }));
  CAPTURE(mode);
  const MemoryStage stage(mode);
  CHECK(stage.row()["state"] == "failed");
  CHECK(says(stage.row()["error"], reason));
  CHECK(shape_of(stage.reminded_turn()) == kTurnWithAnswer);
  CHECK_FALSE(is_saved(remember(stage, kOwn)));
  CHECK(recall(stage, "jasmine")["code"] == "tool_unavailable");
}
