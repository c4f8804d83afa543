// Governors at tools and memories, and governors that hang.
#include <catch2/catch.hpp>

#include "plugins/stage/governor_stage.hpp"

using namespace platos::tests;

TEST_CASE(
    "a governor that hangs is quarantined; after the restart everything is denied, unless its failures may pass") {
  const std::string mode = GENERATE(as<std::string>(), "begin_hangs", "feed_hangs");
  const bool allowed = GENERATE(false, true);
  CAPTURE(mode, allowed);
  GovernorStage stage;
  stage.govern("guard", mode, kMessagePoint);
  std::vector<std::string> pairs = {"plugins.codec_hang_ms=1000"};
  if (allowed) pairs.push_back("governance.on_error_allow=guard");
  stage.begin(pairs);
  Daemon& daemon = stage.daemon();
  const std::string path = "/api/v1/agent/agents/" + make_agent(daemon, "mock:mock-n2") + "/chat/stream";
  ask_at(daemon.url(), daemon, path, R"({"message":"Tell-Nobody"})");
  REQUIRE(wait_until([&] { return count_of(daemon.log(), "\"message\":\"ready\"") == 2; }));
  const std::string url = url_now(daemon);
  const Json row = Json::parse(ask_at(url, daemon, "/api/v1/plugins/" + rogue_id("rogue-governor")));
  CHECK(row["state"] == "quarantined");
  const auto events = events_of(ask_at(url, daemon, path, R"({"message":"Tell-Somebody"})"));
  REQUIRE_FALSE(events.empty());
  CHECK(events.back().type() == "done");
  CHECK(model_saw(stage.mock, "Tell-Somebody") == allowed);
  if (allowed) {
    CHECK(shape_of(events).ends_with("message_persisted done"));
  } else {
    CHECK(event_of(events, "error")["code"] == "safety_blocked");
  }
  const Json rows = Json::parse(ask_at(url, daemon, "/api/v1/agent/monitoring/safety-events"))["rows"];
  REQUIRE_FALSE(rows.empty());
  CHECK(rows[0]["meta"]["rule_id"] == kGovernorFailed);
  CHECK(says(rows[0]["meta"]["reason"], "quarantined"));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("what a governor does to a tool's arguments and result, the model hears of, and the turn goes on") {
  struct Case {
    std::string mode;
    std::string point;
    std::string text;
    std::string code;  // empty: the call succeeds
    bool acted;
  };
  const auto each = GENERATE(values<Case>({
      {"denies", kToolPoint, "", "safety_blocked", false},
      {"feed_throws", kToolPoint, "", "safety_blocked", false},
      {"redacts", kToolPoint, "not JSON", "safety_blocked", false},
      {"redacts", kToolPoint, "[1]", "safety_blocked", false},
      {"redacts", kToolPoint, "{}", "", true},
      {"denies", kResultPoint, "", "tool_output_denied", false},
      {"feed_throws", kResultPoint, "", "tool_output_denied", false},
      {"redacts", kResultPoint, "not JSON", "tool_output_denied", false},
      {"redacts", kResultPoint, "42", "", false},
  }));
  CAPTURE(each.mode, each.point, each.text);
  GovernorStage stage;
  stage.add("rogue-skill");
  stage.configure("skill", "rogue-skill", {{"do", "works"}, {"effect", "read"}});
  stage.govern("guard", each.mode, each.point, each.text);
  stage.begin();
  const auto events = stage.turn("mock:mock-tool-n2", {"skill"}, "Tell-Nobody");
  REQUIRE(shape_of(events) == "meta status tool_call status tool_result status token+ message_persisted done");
  const Json result = event_of(events, "tool_result");
  CHECK(result.value("code", "") == each.code);
  CHECK(result.value("isError", false) == !each.code.empty());
  CHECK(model_saw(stage.mock, "\"acted") == each.acted);
  REQUIRE_FALSE(safety_events(stage.daemon()).empty());
  CHECK(safety_events(stage.daemon())[0]["meta"]["plugin"] == rogue_id("rogue-governor") + " 1.0.0");
}

TEST_CASE("a memory that a governor cannot judge is not written") {
  GovernorStage stage;
  stage.add("rogue-memory");
  stage.configure("store", "rogue-memory", {{"mode", "works"}});
  stage.govern("guard", "feed_throws", kMemoryPoint);
  stage.begin({"memory.store=store", "memory.embedder="});
  const Json saved = remember(stage, "Tell-Nobody");
  REQUIRE_FALSE(is_saved(saved));
  CHECK(says(saved["result"]["error"], kGovernorFailed));
  CHECK(recall(stage, "Tell-Nobody")["result"]["total"] == 0);
  stage.begin({"memory.store=store", "memory.embedder=", "governance.on_error_allow=guard"});
  CHECK(is_saved(remember(stage, "Tell-Nobody")));
}
