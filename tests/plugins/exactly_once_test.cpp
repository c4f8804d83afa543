// A daemon killed in the middle of a tool call: what is repeated, with which key, and what never is.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "plugins/stage/plugin_stage.hpp"

using namespace platos::tests;

namespace {

struct CounterStage : PluginStage {
  MockProvider mock;
  std::string file = data().path() + "/count";
  std::string gate = data().path() + "/gate";

  explicit CounterStage(const std::string& effect) {
    add("counter-skill");
    write_openai_instance(data(), "mock", mock.base_url());
    configure("counter", "counter-skill", {{"effect", effect}, {"file", file}, {"gate", gate}});
  }

  /// "count <key>" for each call so far.
  std::vector<std::string> calls() const {
    std::ifstream stream(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  void close_gate() const { data().write("gate", ""); }
  void open_gate() const { std::filesystem::remove(gate); }

  /// Starts a turn, kills the daemon inside the first tool call, starts it again, and gives the whole transcript.
  std::vector<Event> killed_turn(const std::string& model, const Json& more = Json::object()) {
    close_gate();
    start();
    std::vector<Event> seen;
    Ask question;
    question.path = "/api/v1/agent/agents/" + make_agent(daemon(), model, {"counter"}, more) + "/chat/stream";
    question.body = R"({"message":"count once more"})";
    question.on_event = [&](const Event& event) {
      seen.push_back(event);
      return event.type() != "tool_call";
    };
    ask(daemon(), question);
    REQUIRE(wait_until([&] { return calls().size() == 1; }));
    daemon().kill_hard();
    open_gate();
    daemon().start_again();
    Ask resume;
    resume.path = "/api/v1/runs/" + seen.front().data.at("run_id").get<std::string>() + "/events?after=0";
    return transcript(events_of(ask(daemon(), resume).body));
  }

  /// Cancels a turn once it has told of its tool call and `holds`; its events.
  std::vector<Event> cancelled_turn(const std::function<bool()>& holds) const {
    Ask turn = streamed_turn(make_agent(daemon(), "mock:mock-tool", {"counter"}));
    std::vector<Event> seen;
    turn.on_event = [&](const Event& event) {
      seen.push_back(event);
      if (event.type() != "tool_call") return true;
      REQUIRE(wait_until(holds));
      const std::string run = seen.front().data["run_id"];
      return post(daemon(), "/api/v1/runs/" + run + "/cancel", Json::object()).status == 202;
    };
    ask(daemon(), turn);
    return seen;
  }
};

const Json kWithoutMetaTools = {{"metaTools",
                                 {{"remember", false},
                                  {"recall", false},
                                  {"forget", false},
                                  {"list_memories", false},
                                  {"request_approval", false}}}};
constexpr auto kTurnWithOneCall = "meta status tool_call status tool_result status token+ message_persisted done";

}  // namespace

TEST_CASE("a call with effect read or idempotent that was cut by a crash is made again with the same key") {
  const std::string effect = GENERATE(as<std::string>(), "read", "idempotent");
  CAPTURE(effect);
  CounterStage stage(effect);
  const auto events = stage.killed_turn("mock:mock-tool-n3-r0");
  REQUIRE_FALSE(events.empty());
  CHECK(shape_of(events).find("tool_result") != std::string::npos);
  CHECK(events.back().type() == "done");
  CHECK(event_of(events, "error").is_null());
  CHECK(event_of(events, "tool_result")["result"] == "counted");
  const auto calls = stage.calls();
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].starts_with("count run_"));
  // A model step of a read call may be done again, and then it is another call.
  if (effect == "idempotent") CHECK(calls[0] == calls[1]);
}

TEST_CASE("a call with effect once that was cut by a crash is never made again, and the model is told") {
  CounterStage stage("once");
  const auto events = stage.killed_turn("mock:mock-tool-n3-r0");
  REQUIRE(shape_of(events) == kTurnWithOneCall);
  const Json result = event_of(events, "tool_result");
  CHECK(result["isError"] == true);
  CHECK(result["code"] == "outcome_unknown");
  CHECK(says(result["result"], "It is not known"));
  CHECK(stage.calls().size() == 1);
  const Json told = Json::parse(stage.mock.requests().back().body)["messages"].back();
  CHECK(told["role"] == "tool");
  CHECK(says(told["content"], "It is not known"));
}

TEST_CASE("after an unknown outcome the same tool with the same arguments is refused for the rest of the run") {
  CounterStage stage("once");
  // A fourth time people would be asked, as about any call that gets nowhere.
  const auto events = stage.killed_turn("mock:mock-toolloop", {{"maxSteps", 3}});
  CHECK(events.back().type() == "done");
  std::size_t refused = 0;
  for (const auto& event : events) {
    if (event.type() != "tool_result") continue;
    CHECK(event.data["code"] == "outcome_unknown");
    ++refused;
  }
  CHECK(refused == 3);
  CHECK(stage.calls().size() == 1);
}

TEST_CASE("an unknown outcome binds its own run only: the next turn may call the tool") {
  CounterStage stage("once");
  stage.killed_turn("mock:mock-tool-n3-r0");
  const auto events = stage.turn("mock:mock-tool-n3-r0", {"counter"}, "count once more");
  CHECK(event_of(events, "tool_result")["result"] == "counted");
  const auto calls = stage.calls();
  REQUIRE(calls.size() == 2);
  CHECK(calls[0] != calls[1]);
}

TEST_CASE("every call has a key of its own, made of run and call") {
  CounterStage stage("idempotent");
  stage.start();
  const auto events = stage.turn("mock:mock-tools3", {"counter"}, "Hi", kWithoutMetaTools);
  const auto calls = stage.calls();
  REQUIRE(calls.size() == 3);
  const std::set<std::string> keys(calls.begin(), calls.end());
  CHECK(keys.size() == 3);
  for (const auto& event : events) {
    if (event.type() != "tool_call") continue;
    const std::string key =
        "count " + events.front().data["run_id"].get<std::string>() + ":" + event.data["callId"].get<std::string>();
    CHECK(keys.contains(key));
  }
}

TEST_CASE(
    "a call whose run is cancelled is on record for what it is: cancelled, or of unknown effect, never as begun") {
  const auto [effect, code] = GENERATE(table<std::string, std::string>(
      {{"read", "cancelled"}, {"idempotent", "cancelled"}, {"once", "outcome_unknown"}}));
  CAPTURE(effect);
  CounterStage stage(effect);
  stage.close_gate();
  stage.start();
  const auto events = stage.cancelled_turn([&] { return stage.calls().size() == 1; });
  REQUIRE(shape_of(events) == "meta status tool_call status tool_result done");
  CHECK(event_of(events, "tool_result")["code"] == code);
  CHECK(event_of(events, "done")["stopped"] == true);
  const std::string run = events.front().data["run_id"];
  const std::string audit = get(stage.daemon(), "/api/v1/agent/monitoring/tool-audit?runId=" + run).body;
  CHECK(audit.find(effect == "once" ? R"("status":"unknown")" : R"("status":"failed")") != std::string::npos);
}

TEST_CASE("a call that waits for a thread when its run is cancelled was never made, and that is what is told") {
  CounterStage stage("once");
  stage.close_gate();
  stage.start({"--set", "plugins.workers=1"});
  Ask first = streamed_turn(make_agent(stage.daemon(), "mock:mock-tool", {"counter"}));
  first.on_event = [](const Event& event) { return event.type() != "tool_call"; };
  ask(stage.daemon(), first);
  REQUIRE(wait_until([&] { return stage.calls().size() == 1; }));
  const auto events = stage.cancelled_turn([] { return true; });
  CHECK(event_of(events, "tool_result")["code"] == "cancelled");
  CHECK(stage.calls().size() == 1);
  stage.open_gate();
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE(
    "a daemon that dies behind the record of a cancel: the next one ends the run, and says what became of its call") {
  const auto [effect, code] =
      GENERATE(table<std::string, std::string>({{"idempotent", "cancelled"}, {"once", "outcome_unknown"}}));
  CAPTURE(effect);
  CounterStage stage(effect);
  stage.close_gate();
  stage.start({}, {{"PLATOS_FAILPOINT", "cancel.recorded:1"}});
  const auto seen = stage.cancelled_turn([&] { return stage.calls().size() == 1; });
  stage.daemon().wait();
  stage.open_gate();
  stage.start();
  REQUIRE_FALSE(seen.empty());
  const std::string run = "/api/v1/runs/" + seen.front().data["run_id"].get<std::string>();
  const auto events = transcript(events_of(get(stage.daemon(), run + "/events?after=0").body));
  CHECK(shape_of(events).ends_with(" tool_result done"));
  CHECK(event_of(events, "tool_result")["code"] == code);
  CHECK(get(stage.daemon(), run).json()["status"] == "canceled");
  CHECK(stage.calls().size() == 1);
}
