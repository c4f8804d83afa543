// Turns that wait for people: asked once, decided once, over the death of the daemon.
#include <catch2/catch.hpp>
#include <set>

#include "chaos/effects_stage.hpp"

using namespace platos::tests;

namespace {

const std::string kPay = EffectsStage::asking_for("effects__pay", {{"amount", 5}});
const std::string kMonitored = "/api/v1/agent/monitoring/approvals/";

/// Streams a turn and answers each question that it asks while it goes on.
std::vector<Event> stream_deciding(const EffectsStage& stage, const std::string& agent, const std::string& message,
                                   const Json& decision) {
  Ask turn = streamed_turn(agent, {{"message", message}});
  std::vector<Event> events;
  turn.on_event = [&](const Event& event) {
    events.push_back(event);
    if (event.type() == "approval_needed" && !decision.is_null())
      CHECK(stage.resolve(event.data["approvalId"], decision).status == 201);
    return true;
  };
  ask(*stage.daemon, turn);
  std::erase_if(events, [](const Event& event) { return event.id == 0; });
  return events;
}

/// A turn that is left waiting: what the request was answered.
Json begin_paying(const EffectsStage& stage, const std::string& agent, const std::string& message = kPay) {
  const Answer answer = stage.call("POST", kAgents + agent + "/messages", {{"message", message}});
  REQUIRE(answer.status == 202);
  CHECK(answer.json()["status"] == "waiting");
  return answer.json();
}

std::string only_pending(const EffectsStage& stage) {
  const Json pending = stage.pending();
  REQUIRE(pending["total"] == 1);
  return pending["approvals"][0]["id"];
}

std::string audit_of(const EffectsStage& stage) {
  return stage.fetch("/api/v1/organizations/org_default/audit?limit=200").body;
}

std::string result_of(const std::vector<Event>& events) { return event_of(events, "tool_result")["result"].dump(); }

}  // namespace

TEST_CASE("a tool that wants approval runs when a person has said yes, once, in the same turn") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  const auto events = stream_deciding(stage, agent, kPay, {{"approved", true}, {"comment", "go on"}});
  CHECK(shape_of(events) ==
        "meta status tool_call status approval_needed approval_resolved tool_result status token+ message_persisted "
        "done");
  const Json needed = event_of(events, "approval_needed");
  CHECK(needed["toolName"] == "effects__pay");
  CHECK(needed["args"] == Json{{"amount", 5}});
  CHECK(needed["callId"] == event_of(events, "tool_call")["callId"]);
  CHECK(event_of(events, "approval_resolved")["status"] == "approved");
  REQUIRE(stage.effects_of("pay").size() == 1);
  CHECK(stage.effects_of("pay")[0].ends_with(R"({"amount":5})"));
  const Json approval = stage.fetch(kMonitored + needed["approvalId"].get<std::string>()).json();
  CHECK(approval["status"] == "approved");
  CHECK(approval["comment"] == "go on");
  CHECK(approval["question"] == approval["action"]);
  CHECK(approval["resolution"]["response"] == "approve");
}

TEST_CASE("each of several questions is told of when it is decided, and not with the last") {
  const EffectsStage stage({"--set", "approvals.timeout_s=5"});
  const auto part = [](int amount) { return Json{{"tool", "effects__pay"}, {"params", {{"amount", amount}}}}; };
  const std::string agent =
      stage.agent_with_effects("mock-toolsay-r0", {{"toolsBlockConfig", {{"displayMode", "meta-tool"}}}});
  const std::string message = EffectsStage::asking_for("execute_tools", {{"calls", {part(1), part(2)}}});
  Ask turn = streamed_turn(agent, {{"message", message}});
  std::vector<std::string> asked;
  std::vector<Json> resolved;
  turn.on_event = [&](const Event& event) {
    if (event.type() == "approval_needed") asked.push_back(event.data["approvalId"]);
    if (event.type() == "approval_resolved") resolved.push_back(event.data);
    const bool is_next = (event.type() == "approval_needed" && asked.size() == 2) ||
                         (event.type() == "approval_resolved" && resolved.size() == 1);
    if (is_next) CHECK(stage.resolve(asked.at(resolved.size()), {{"approved", true}}).status == 201);
    return true;
  };
  ask(*stage.daemon, turn);
  REQUIRE(resolved.size() == 2);
  CHECK(resolved[0]["approvalId"] == asked[0]);
  CHECK(resolved[1]["approvalId"] == asked[1]);
  CHECK(resolved[1]["status"] == "approved");
  CHECK(stage.effects_of("pay").size() == 2);
}

TEST_CASE("a turn that is not streamed is answered at once while people think, and ends when they have") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  const Json waiting = begin_paying(stage, agent);
  const std::string run = waiting["runId"];
  CHECK(waiting["events"].back()["type"] == "approval_needed");
  CHECK(stage.wait_for_status(run, "waiting"));
  CHECK(stage.effects_of("pay").empty());
  const std::string id = only_pending(stage);
  const Answer approved = stage.resolve(id, {{"approved", true}});
  REQUIRE(approved.status == 201);
  CHECK(approved.json()["resolved"] == true);
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK(stage.effects_of("pay").size() == 1);
  // The first word holds.
  check_error(stage.resolve(id, {{"approved", true}}), 409, "approval_resolved");
  check_error(stage.resolve(id, {{"approved", false}}), 409, "approval_resolved");
  CHECK(stage.pending()["pendingCount"] == 0);
}

TEST_CASE("a refusal reaches the model with its reason, and nothing runs") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  const auto events = stream_deciding(stage, agent, kPay, {{"response", "reject"}, {"reason", "too much"}});
  CHECK(event_of(events, "approval_resolved")["status"] == "rejected");
  CHECK(event_of(events, "tool_result")["code"] == "approval_denied");
  CHECK(result_of(events).find("too much") != std::string::npos);
  CHECK(events.back().type() == "done");
  CHECK(stage.effects_of("pay").empty());
}

TEST_CASE("silence is a no, and a word that comes too late changes nothing") {
  const EffectsStage stage({"--set", "approvals.timeout_s=1"});
  const std::string agent = stage.agent_with_effects();
  const auto events = stream_deciding(stage, agent, kPay, Json());
  CHECK(event_of(events, "approval_resolved")["status"] == "timed_out");
  CHECK(event_of(events, "tool_result")["code"] == "approval_expired");
  CHECK(stage.effects_of("pay").empty());
  const std::string id = event_of(events, "approval_needed")["approvalId"];
  check_error(stage.resolve(id, {{"approved", true}}), 409, "approval_resolved");
  CHECK(stage.fetch("/api/v1/agent/monitoring/approvals?status=expired").json()["total"] == 1);
  CHECK(audit_of(stage).find("approval.expire") != std::string::npos);
}

TEST_CASE("edited arguments must fit the tool's schema, and are what runs") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  const std::string run = begin_paying(stage, agent)["runId"];
  const std::string id = only_pending(stage);
  check_error(stage.resolve(id, {{"approved", true}, {"editedArgs", {{"amount", 1000}}}}), 400, "invalid_arguments");
  check_error(stage.resolve(id, {{"approved", true}, {"editedArgs", "5"}}), 400, "invalid_field");
  check_error(stage.resolve(id, {{"approved", true}, {"requestHash", "00"}}), 409, "approval_changed");
  CHECK(stage.effects_of("pay").empty());
  const Json edited =
      stage.made("POST", kMonitored + id + "/resolve", {{"approved", true}, {"editedArgs", {{"amount", 7}}}});
  CHECK(edited["editedArgs"] == Json{{"amount", 7}});
  CHECK(edited["args"] == Json{{"amount", 5}});
  CHECK(stage.wait_for_status(run, "completed"));
  REQUIRE(stage.effects_of("pay").size() == 1);
  CHECK(stage.effects_of("pay")[0].ends_with(R"({"amount":7})"));
}

TEST_CASE("what was left out approves nothing") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  begin_paying(stage, agent);
  const std::string id = only_pending(stage);
  for (const Json& body : {Json::object(), Json{{"approved", "yes"}}, Json{{"response", "maybe"}}}) {
    CAPTURE(body.dump());
    check_error(stage.resolve(id, body), 400, "invalid_field");
  }
  CHECK(only_pending(stage) == id);
  CHECK(stage.effects_of("pay").empty());
}

TEST_CASE("an approval of another environment, or of another end user, is not there") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  begin_paying(stage, agent);
  const std::string id = only_pending(stage);
  const Json organization = stage.made("POST", "/api/v1/organizations", {{"name", "Other"}});
  const Json project = stage.made(
      "POST", "/api/v1/organizations/" + organization["id"].get<std::string>() + "/projects", {{"name", "P"}});
  const Json environment = stage.made("POST", "/api/v1/projects/" + project["id"].get<std::string>() + "/environments",
                                      {{"name", "E"}, {"type", "DEVELOPMENT"}});
  const std::string elsewhere = "X-Platos-Environment-Id: " + environment["id"].get<std::string>();
  check_error(stage.resolve(id, {{"approved", true}}, {elsewhere}), 404, "approval_not_found");
  check_error(stage.fetch(kMonitored + id, {elsewhere}), 404, "approval_not_found");
  CHECK(stage.fetch("/api/v1/agent/monitoring/approvals", {elsewhere}).json()["total"] == 0);
  CHECK(stage.effects_of("pay").empty());
}

TEST_CASE("a turn that is cancelled while it waits takes its questions with it") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  const std::string run = begin_paying(stage, agent)["runId"];
  const std::string id = only_pending(stage);
  CHECK(stage.call("POST", kRuns + run + "/cancel").status < 300);
  CHECK(stage.wait_for_status(run, "canceled"));
  CHECK(stage.fetch(kMonitored + id).json()["status"] == "cancelled");
  CHECK(audit_of(stage).find("approval.cancel") != std::string::npos);
  check_error(stage.resolve(id, {{"approved", true}}), 409, "approval_resolved");
  CHECK(stage.effects_of("pay").empty());
}

TEST_CASE(
    "request_approval asks a person and gives the agent the answer; too many questions are answered by themselves") {
  const EffectsStage stage({"--set", "approvals.max_per_hour=1"});
  const std::string agent = stage.agent_with_effects();
  const std::string question = EffectsStage::asking_for("request_approval", {{"action", "Delete it all"}});
  const auto events = stream_deciding(stage, agent, question, {{"approved", true}, {"comment", "fine"}});
  const Json result = event_of(events, "tool_result")["result"];
  CHECK(result["approved"] == true);
  CHECK(result["comment"] == "fine");
  CHECK(event_of(events, "approval_needed")["action"] == "Delete it all");
  const auto again = stream_deciding(stage, agent, question, {{"approved", true}});
  CHECK(event_of(again, "approval_needed").is_null());
  CHECK(event_of(again, "tool_result")["result"]["approved"] == false);
  CHECK(result_of(again).find("rate limit") != std::string::npos);
}

TEST_CASE("an agent that makes the same call over and over is stopped and asked about") {
  const EffectsStage stage({"--set", "tools.max_repeats=2"});
  const std::string agent = make_agent(*stage.daemon, "mock:mock-toolloop-r0", {"effects"}, {{"maxSteps", 4}});
  const auto events = stream_deciding(stage, agent, "again", {{"approved", false}});
  const Json needed = event_of(events, "approval_needed");
  CHECK(needed["source"] == "loop_detector");
  CHECK(needed["details"].get<std::string>().find("2 times") != std::string::npos);
  CHECK(stage.effects_of("charge").size() == 2);
}

TEST_CASE("a tool that is blocked while people are asked is not called when they approve") {
  const EffectsStage stage;
  const std::string run = begin_paying(stage, stage.agent_with_effects())["runId"];
  const std::string id = only_pending(stage);
  stage.made("PATCH", "/api/v1/agent/tools/effects__pay", {{"permission", "block"}});
  REQUIRE(stage.resolve(id, {{"approved", true}}).status == 201);
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK(stage.effects_of("pay").empty());
}

TEST_CASE("what the parts of execute_tools say together has a limit, too") {
  const EffectsStage stage({"--set", "tools.max_result_bytes=2048"});
  const Json hidden = {{"toolsBlockConfig", {{"displayMode", "meta-tool"}}}};
  const Json big = {{"tool", "effects__big"}};
  const auto events = stage.say(stage.agent_with_effects("mock-toolsay-r0", hidden),
                                EffectsStage::asking_for("execute_tools", {{"calls", {big, big, big}}}));
  Json joined;
  for (const auto& event : events) {
    if (event.type() == "tool_result") joined = event.data;
  }
  CHECK(joined["result"]["truncated"] == true);
  CHECK(joined["result"]["original_bytes"] > 2048);
  CHECK(joined["result"].dump().size() <= 2048);
}

TEST_CASE("a hundred approvals wait over the death of the daemon, and each turn goes on where it was") {
  EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  constexpr int kTurns = 100;
  std::vector<std::string> runs;
  for (int i = 0; i < kTurns; ++i) {
    const std::string message = EffectsStage::asking_for("effects__pay", {{"amount", i}});
    runs.push_back(begin_paying(stage, agent, message)["runId"]);
  }
  stage.daemon->kill_hard();
  stage.daemon->start_again();
  const Json pending = stage.pending();
  REQUIRE(pending["total"] == kTurns);
  CHECK(stage.effects_of("pay").empty());
  for (const auto& approval : pending["approvals"])
    REQUIRE(stage.resolve(approval["id"], {{"approved", true}}).status == 201);
  for (const auto& run : runs) REQUIRE(stage.wait_for_status(run, "completed"));
  const auto effects = stage.effects_of("pay");
  CHECK(effects.size() == kTurns);
  CHECK(std::set<std::string>(effects.begin(), effects.end()).size() == kTurns);
  // A client that comes back sees one question, one answer, one result.
  const auto seen = transcript(events_of(stage.fetch(kRuns + runs[0] + "/events").body));
  for (const char* type : {"tool_call", "approval_needed", "approval_resolved", "tool_result", "done"}) {
    CAPTURE(type);
    CHECK(std::count_if(seen.begin(), seen.end(), [&](const Event& event) { return event.type() == type; }) == 1);
  }
}
