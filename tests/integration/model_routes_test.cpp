// When a model fails: who is asked next, how often, and on whose bill.
#include <catch2/catch.hpp>
#include <chrono>

#include "integration/provider_stage.hpp"

using namespace platos::tests;

namespace {

const std::map<std::string, std::string> kPriced = {
    {"models/test.json",
     R"({"models":1,"entries":[{"id":"mock-n100-r0","usd_per_million":{"input":1000,"output":2000}}]})"}};

/// One agent whose main model fails, and a spare one.
struct Routes : People {
  Routes() : People({}, kPriced) {}

  Json plan(const std::string& main, const Json& rules, const std::string& spare = "mock:mock-n100-r0") const {
    return {{"name", "Agent"},
            {"model", "mock:mock-n1-r0"},
            {"modelRoutes",
             {{{"label", "main"}, {"model", main}, {"isDefault", true}}, {{"label", "spare"}, {"model", spare}}}},
            {"agentRetryConfig", {{"rules", rules}}}};
  }
  std::string agent_with(const Json& plan) const { return made("POST", "/api/v1/agent/agents", plan)["id"]; }
  Json turn_of(const std::string& agent) const {
    return made("POST", kAgents + agent + "/messages", {{"message", "Hi"}});
  }
  std::string model_that_answered(const Json& turn) const {
    return messages_of(turn["threadId"])["messages"][1]["responseJson"]["model"];
  }
  /// The models that were asked, in order.
  std::string asked() const {
    std::string names;
    for (const auto& request : mock.requests()) names += Json::parse(request.body)["model"].get<std::string>() + " ";
    return names;
  }
};

Json fall_back(const std::string& trigger) {
  return {{"trigger", trigger}, {"action", "fallback"}, {"fallbackToRouteLabel", "spare"}};
}
Json retry(const std::string& trigger, int count) {
  return {{"trigger", trigger}, {"action", "retry"}, {"retryCount", count}, {"backoffMs", 1}};
}
Json give_up(const std::string& trigger) { return {{"trigger", trigger}, {"action", "fail"}}; }

}  // namespace

TEST_CASE("each failure that a rule is about leads to the spare model, which answers and is paid") {
  struct Row {
    const char* main;
    const char* trigger;
  };
  for (const auto& row : {Row{"mock:mock-s429", "rate-limit"}, Row{"mock:mock-s500", "temporary-error"},
                          Row{"mock:mock-s401", "auth-error"}, Row{"mock:mock-s403", "auth-error"},
                          Row{"mock:mock-refuse", "network-error"}, Row{"dead:any", "network-error"}}) {
    INFO(row.main << " " << row.trigger);
    Routes stage;
    // A port that nobody listens on.
    write_openai_instance(stage.data, "dead", "http://127.0.0.1:1/v1");
    stage.daemon->stop();
    stage.daemon->start_again();
    const Json turn = stage.turn_of(stage.agent_with(stage.plan(row.main, Json::array({fall_back(row.trigger)}))));
    CHECK(turn["status"] == "completed");
    CHECK(turn["costCents"] == 21);
    CHECK(stage.model_that_answered(turn) == "mock:mock-n100-r0");
    const Json rows = stage.fetch("/api/v1/agent/monitoring/cost-by-model").json()["rows"];
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]["model"] == "mock:mock-n100-r0");
    CHECK(rows[0]["costCents"] == 21);
  }
}

TEST_CASE("a failure that no rule is about does not change the model") {
  const Routes stage;
  const Json other =
      stage.turn_of(stage.agent_with(stage.plan("mock:mock-s401", Json::array({fall_back("rate-limit")}))));
  CHECK(other["error"]["code"] == "provider_unauthenticated");
  const Json wrong = stage.turn_of(stage.agent_with(
      stage.plan("mock:mock-s400", Json::array({fall_back("temporary-error"), fall_back("auth-error")}))));
  CHECK(wrong["error"]["code"] == "provider_invalid_request");
  CHECK(stage.asked() == "mock-s401 mock-s400 ");
}

TEST_CASE("rules say how often a model is asked again, and what follows") {
  const Routes stage;
  const Json tried =
      stage.turn_of(stage.agent_with(stage.plan("mock:mock-s503-tag1", Json::array({retry("temporary-error", 3)}))));
  CHECK(tried["error"]["code"] == "provider_unavailable");
  CHECK(stage.mock.requests().size() == 4);
  const Json at_once =
      stage.turn_of(stage.agent_with(stage.plan("mock:mock-s503-tag2", Json::array({give_up("temporary-error")}))));
  CHECK(at_once["status"] == "failed");
  CHECK(stage.mock.requests().size() == 5);
  const Json moved = stage.turn_of(stage.agent_with(
      stage.plan("mock:mock-s503-tag3", Json::array({retry("temporary-error", 1), fall_back("temporary-error")}))));
  CHECK(moved["status"] == "completed");
  CHECK(stage.mock.requests().size() == 8);
  // The spare one fails, too: there is no third.
  const Json lost = stage.turn_of(stage.agent_with(
      stage.plan("mock:mock-s503-tag4", Json::array({fall_back("temporary-error")}), "mock:mock-s503-tag5")));
  CHECK(lost["error"]["code"] == "provider_unavailable");
  CHECK(stage.mock.requests().size() == 10);
}

TEST_CASE("rules that lead nowhere are refused when the agent is made") {
  const Routes stage;
  Json plan = stage.plan("mock:mock-n1", Json::array({fall_back("rate-limit")}));
  plan["agentRetryConfig"]["rules"][0]["fallbackToRouteLabel"] = "none";
  check_error(stage.call("POST", "/api/v1/agent/agents", plan), 400, "invalid_field");
  plan = stage.plan("mock:mock-n1", Json::array());
  plan["modelRoutes"][1]["label"] = "main";
  check_error(stage.call("POST", "/api/v1/agent/agents", plan), 400, "invalid_field");
  check_error(stage.call("POST", "/api/v1/agent/agents", stage.plan("", Json::array())), 400, "invalid_field");
}

TEST_CASE("what a model had said before it failed is void, and the spare one's answer stands alone") {
  const Routes stage;
  const std::string agent =
      stage.agent_with(stage.plan("mock:mock-cut4-n6-r100", Json::array({fall_back("network-error")})));
  const auto events = stage.say(agent);
  std::size_t boundaries = 0;
  for (const auto& event : events) boundaries += event.data.contains("discardFrom") ? 1 : 0;
  CHECK(boundaries == 1);
  const auto kept = transcript(events);
  CHECK(shape_of(kept) == "meta status token+ message_persisted done");
  const Json messages = stage.messages_of(events.front().data["thread_id"])["messages"];
  CHECK(messages[1]["content"] == text_of(kept));
  CHECK(messages[1]["responseJson"]["model"] == "mock:mock-n100-r0");
  CHECK(event_of(events, "done")["usage"]["outputTokens"] == 100);
}

TEST_CASE("a model that fails five times is passed over, and no other model with it") {
  const Routes stage;
  const Json rules = Json::array({fall_back("temporary-error")});
  const std::string agent = stage.agent_with(stage.plan("mock:mock-s500-tag1", rules));
  for (int i = 0; i < 5; ++i) CHECK(stage.turn_of(agent)["status"] == "completed");
  CHECK(stage.mock.requests().size() == 10);
  const Json spared = stage.turn_of(agent);
  CHECK(stage.model_that_answered(spared) == "mock:mock-n100-r0");
  CHECK(stage.mock.requests().size() == 11);
  // Another model of the same provider is asked; and one without a spare is asked whatever it did.
  stage.turn_of(stage.agent_with(stage.plan("mock:mock-s500-tag2", rules)));
  CHECK(stage.mock.requests().size() == 13);
  stage.turn_of(stage.agent_with(stage.plan("mock:mock-s500-tag1", Json::array({give_up("temporary-error")}))));
  CHECK(stage.mock.requests().size() == 14);
}

TEST_CASE("a route has its own key, and its failure leads to one with another") {
  const ProviderStage stage;
  const std::string first =
      stage.add_key({{"provider", "own"}, {"label", "a"}, {"envVarName", "A"}, {"value", "sk-a"}});
  const std::string second =
      stage.add_key({{"provider", "own"}, {"label", "b"}, {"envVarName", "B"}, {"value", "sk-b"}});
  const Json routes = {{{"label", "main"}, {"model", "own:mock-s429"}, {"providerKeyId", first}, {"isDefault", true}},
                       {{"label", "spare"}, {"model", "own:mock-n2-r0"}, {"providerKeyId", second}}};
  const std::string agent = stage.agent_on(
      "own:mock-n1-r0",
      {{"modelRoutes", routes}, {"agentRetryConfig", {{"rules", Json::array({fall_back("rate-limit")})}}}});
  CHECK(stage.turn_of(agent)["status"] == "completed");
  REQUIRE(stage.mock.requests().size() == 2);
  CHECK(stage.mock.requests()[0].header("authorization") == "Bearer sk-a");
  CHECK(stage.key_seen() == "Bearer sk-b");
}

TEST_CASE("a fallback that a SIGKILL interrupts is gone through again, and billed to the model that answered") {
  Routes stage;
  const std::string agent = stage.agent_with(
      stage.plan("mock:mock-s500-tag9", Json::array({fall_back("temporary-error")}), "mock:mock-hang-once-n100-r0"));
  const std::string thread = make_thread(*stage.daemon, agent);
  auto answer = stage.held_turn(kThreads + thread + "/messages");
  const std::string run = stage.runs("?threadId=" + thread)["runs"][0]["id"];
  stage.daemon->kill_hard();
  stage.mock.release();
  answer.get();
  stage.daemon->start_again();
  REQUIRE(stage.wait_for_status(run, "completed"));
  CHECK(stage.asked() == "mock-s500-tag9 mock-hang-once-n100-r0 mock-s500-tag9 mock-hang-once-n100-r0 ");
  const Json messages = stage.messages_of(thread)["messages"];
  REQUIRE(messages.size() == 2);
  CHECK(messages[1]["responseJson"]["model"] == "mock:mock-hang-once-n100-r0");
  const Json rows = stage.fetch("/api/v1/agent/monitoring/cost-by-model").json()["rows"];
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["outputTokens"] == 100);
}
