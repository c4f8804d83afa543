// Connected entities: how their tools do, how often they may be called, whom they serve and for whom.
#include "integration/entity_stage.hpp"

namespace platos::tests {
namespace {

Json heartbeat(const std::string& tool, const Json& said) {
  return {{"type", "heartbeat"}, {"tools_health", {{tool, said}}}};
}

void serve_one(const EntityStage& stage, Backend& backend, const std::string& tool) {
  auto told = stage.calls("crm__" + tool);
  const Json call = backend.wait_for("tool_call");
  REQUIRE(call.is_object());
  CHECK(call["tool_name"] == tool);
  backend.answer(call, "served");
  CHECK(has(told.get(), "served"));
}

}  // namespace

TEST_CASE("A tool that is down: its entity's connections are told, it is not called, and it is again when it is back") {
  const EntityStage stage;
  Backend one(stage, stage.secret, "/ws/sdk?instance=one");
  Backend two(stage, stage.secret, "/ws/sdk?instance=two");
  one.enroll({declared("pay"), declared("find")});
  two.enroll(Json::array({declared("other")}));
  one.say(heartbeat("pay", {{"status", "down"}, {"error_count_1h", 9}, {"last_error", "the bank is closed"}}));
  CHECK(one.wait_for("heartbeat_ack").is_object());
  for (auto* each : {&one, &two}) {
    const Json alert = each->wait_for("tool_health_alert");
    CHECK(alert["tool"] == "pay");
    CHECK(alert["status"] == "down");
    CHECK(alert["details"]["error_count_1h"] == 9);
    CHECK(alert["details"]["last_error"] == "the bank is closed");
  }
  CHECK(stage.daemon->wait_for_log("the health of a tool has changed"));
  CHECK(stage.daemon->log().find("the bank is closed") == std::string::npos);
  const Json refused = stage.called("crm__pay");
  CHECK(has(refused, "is down"));
  CHECK(has(refused, "tool_unavailable"));
  serve_one(stage, one, "find");
  one.say(heartbeat("pay", {{"status", "healthy"}}));
  CHECK(one.wait_for("heartbeat_ack").is_object());
  serve_one(stage, one, "pay");
}

TEST_CASE("What is wrong in a heartbeat is said, and ends no connection") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  backend.enroll(Json::array({declared("find")}));
  for (int i = 0; i < 120; ++i) {
    backend.say(heartbeat("find", {{"status", "splendid"}}));
    CHECK(backend.next()["type"] == "heartbeat_ack");
    CHECK(has(backend.next(), "healthy, degraded or down"));
  }
  // Nobody else's, and none at all.
  backend.say(heartbeat("unknown", {{"status", "down"}}));
  CHECK(backend.next()["type"] == "heartbeat_ack");
  serve_one(stage, backend, "find");
}

TEST_CASE("A tool takes as many calls as its entity says, and the next is told when to come again") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  Json pay = declared("pay");
  pay["annotations"]["rate_limit"] = 2;
  backend.enroll({pay, declared("find")});
  serve_one(stage, backend, "pay");
  serve_one(stage, backend, "pay");
  const Json refused = stage.called("crm__pay");
  CHECK(has(refused, "rate_limit"));
  CHECK(has(refused, "2 calls a minute"));
  CHECK(has(refused, "retryAfterSeconds"));
  serve_one(stage, backend, "find");
}

TEST_CASE("An agent that is not linked to an entity does not even see its tools") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  backend.enroll(Json::array({declared("find")}));
  const std::string other = stage.agent("mock-toolsay");
  CHECK(stage.call("PATCH", kEntities + "/crm", {{"linkedAgentIds", {stage.agent_id}}}).status == 200);
  const auto tools_of = [&](const std::string& agent) {
    return stage.fetch("/api/v1/agent/tools?entity=crm&agentId=" + agent).json()["tools"];
  };
  CHECK(tools_of(stage.agent_id).size() == 1);
  CHECK(tools_of(other).empty());
  CHECK_FALSE(has(stage.called(other, "crm__find"), "served"));
  CHECK_FALSE(has(Json::parse(stage.mock.requests().back().body).value("tools", Json::array()), "crm__find"));
  serve_one(stage, backend, "find");
}

TEST_CASE("The token of a user reaches the tool, and neither the model nor the log nor the session's placeholders") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  backend.enroll(Json::array({declared("find")}));
  const std::string token = "opaque-token-of-ann-5317";
  const std::string nosy =
      stage.agent("mock-toolsay", {{"systemPrompt", "{{userToken}} {{user_token}} {{session.userToken}} {{user}}"}});
  auto told = std::async(std::launch::async, [&] {
    return stage.called(nosy, "crm__find", {"X-Platos-User-Id: ann", "X-Platos-User-Token: " + token});
  });
  const Json call = backend.wait_for("tool_call");
  REQUIRE(call.is_object());
  const Json envelope = call["params"]["__platos"];
  CHECK(envelope["userToken"] == token);
  CHECK(envelope["userId"] == "ann");
  backend.answer(call, "served");
  CHECK(has(told.get(), "served"));
  REQUIRE_FALSE(stage.mock.requests().empty());
  for (const auto& request : stage.mock.requests()) CHECK(request.body.find(token) == std::string::npos);
  CHECK(stage.daemon->log().find(token) == std::string::npos);
  const std::vector<std::string> ann = {"X-Platos-User-Id: ann"};
  const Json runs = stage.fetch("/api/v1/runs", ann).json()["runs"];
  REQUIRE(runs.size() == 1);
  const std::string run = kRuns + runs[0]["id"].get<std::string>();
  CHECK(has(stage.fetch(run, ann).json(), "completed"));
  CHECK(stage.fetch(run, ann).body.find(token) == std::string::npos);
  CHECK(stage.fetch(run + "/events", ann).body.find(token) == std::string::npos);
  CHECK_FALSE(has(stage.fetch("/api/v1/agent/monitoring/tool-audit").json(), token));
  // One user's is not the next one's.
  auto without = stage.calls("crm__find");
  const Json second = backend.wait_for("tool_call");
  CHECK_FALSE(second["params"]["__platos"].contains("userToken"));
  backend.answer(second, "served");
  CHECK(has(without.get(), "served"));
}

TEST_CASE("What an agent's mapping copies of the session reaches the tool as its context") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  Json strict = declared("find");
  strict["input_schema"]["additionalProperties"] = false;  // the context is no argument
  backend.enroll(Json::array({strict}));
  const std::string mapped =
      stage.agent("mock-toolsay", {{"contextMapping", {{"envelopeKeys", {"tenant_id", "missing"}}}}});
  Ask turn =
      streamed_turn(mapped, {{"message", EntityStage::asking("crm__find", {{"_context", {{"tenant_id", "evil"}}}})},
                             {"context", {{"tenant_id", "t9"}, {"other", "kept"}}}});
  auto told =
      std::async(std::launch::async, [&] { return event_of(events_of(ask(*stage.daemon, turn).body), "tool_result"); });
  const Json call = backend.wait_for("tool_call");
  REQUIRE(call.is_object());
  CHECK(call["params"]["_context"] == Json({{"tenant_id", "t9"}}));
  backend.answer(call, "served");
  CHECK(has(told.get(), "served"));
}

}  // namespace platos::tests
