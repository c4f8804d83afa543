// Several calls in one, and results that are too long for a model, through turns of a real daemon.
#include <catch2/catch.hpp>
#include <chrono>
#include <future>

#include "chaos/effects_stage.hpp"

using namespace platos::tests;
using namespace std::chrono_literals;

namespace {

const Json kHidden = {{"toolsBlockConfig", {{"displayMode", "meta-tool"}}}};

std::vector<Event> of_type(const std::vector<Event>& events, const std::string& type) {
  std::vector<Event> found;
  std::copy_if(events.begin(), events.end(), std::back_inserter(found),
               [&](const Event& event) { return event.type() == type; });
  return found;
}

}  // namespace

TEST_CASE("execute_tools runs each of its calls like any other: in the ledger, with an approval where one is wanted") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects("mock-toolsay-r0", kHidden);
  const Json calls = {{{"tool", "effects__look"}, {"params", Json::object()}},
                      {{"name", "effects__charge"}, {"args", Json::object()}},
                      {{"tool", "effects__pay"}, {"params", {{"amount", 9}}}},
                      {{"tool", "effects__pay"}, {"params", {{"amount", "much"}}}},
                      {{"tool", "nobody__knows"}, {"params", Json::object()}}};
  Ask turn = streamed_turn(agent, {{"message", EffectsStage::asking_for("execute_tools", {{"calls", calls}})}});
  std::vector<Event> events;
  turn.on_event = [&](const Event& event) {
    events.push_back(event);
    if (event.type() == "approval_needed")
      CHECK(stage.resolve(event.data["approvalId"], {{"approved", true}}).status == 201);
    return true;
  };
  ask(*stage.daemon, turn);
  CHECK(of_type(events, "approval_needed").size() == 1);
  const auto results = of_type(events, "tool_result");
  REQUIRE(results.size() == 6);
  const Json whole = results.back().data;
  CHECK(whole["name"] == "execute_tools");
  const Json& rows = whole["result"]["results"];
  REQUIRE(rows.size() == 5);
  CHECK(rows[0]["status"] == "success");
  CHECK(rows[1]["status"] == "success");
  CHECK(rows[2]["status"] == "success");
  CHECK(rows[2]["tool"] == "effects__pay");
  CHECK(rows[3]["code"] == "invalid_arguments");
  CHECK(rows[4]["code"] == "unknown_tool");
  const std::string id = whole["callId"];
  CHECK(rows[1]["callId"] == id + ".2");
  CHECK(stage.effects_of("charge").size() == 1);
  REQUIRE(stage.effects_of("pay").size() == 1);
  CHECK(stage.effects_of("pay")[0].ends_with(R"({"amount":9})"));
}

TEST_CASE("a list of calls that is none is an answer for the model, and the turn goes on") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects("mock-toolsay-r0", kHidden);
  const auto events = stage.say(agent, EffectsStage::asking_for("execute_tools", {{"calls", "all"}}));
  CHECK(event_of(events, "tool_result")["code"] == "invalid_arguments");
  CHECK(events.back().type() == "done");
}

TEST_CASE("a result that is too long for a model is cut for it, and kept whole") {
  const EffectsStage stage;
  const std::string agent = stage.agent_with_effects();
  const auto events = stage.say(agent, EffectsStage::asking_for("effects__big", Json::object()));
  const Json result = event_of(events, "tool_result");
  CHECK(result["result"]["truncated"] == true);
  CHECK(result["result"]["original_bytes"] == 300 * 1024 + 2);
  CHECK(result["result"]["preview"] == "\"" + std::string(4095, 'x'));
  CHECK(stage.request(1)["messages"].back()["content"].get<std::string>().size() < 5000);
  const std::string path = "/api/v1/runs/" + events.front().data["run_id"].get<std::string>() + "/tool-calls/" +
                           result["callId"].get<std::string>() + "/result";
  const Answer kept = stage.fetch(path);
  REQUIRE(kept.status == 200);
  CHECK(kept.body.find(std::string(300 * 1024, 'x')) != std::string::npos);
}

TEST_CASE("what may be called is what holds when it is called, and not what held when the turn began") {
  EffectsStage stage;
  const bool is_enabled = GENERATE(false, true);
  const std::string agent = stage.agent_with_effects("mock-toolsay-hang-r0", kHidden);
  const auto enable = [&](bool on) { stage.made("PATCH", "/api/v1/agent/tools/effects__charge", {{"enabled", on}}); };
  enable(!is_enabled);
  const Json calls = {{{"tool", "effects__look"}, {"args", Json::object()}},
                      {{"tool", "effects__charge"}, {"args", Json::object()}}};
  auto turn = std::async(std::launch::async, [&] {
    return stage.say(agent, EffectsStage::asking_for("execute_tools", {{"calls", calls}}));
  });
  const auto is_held = [](std::int64_t requests) {
    return [requests](const MockStats& stats) { return stats.total == requests && stats.held == 1; };
  };
  REQUIRE(stage.mock.wait_until(is_held(1), 30s));
  enable(is_enabled);
  stage.mock.release();
  REQUIRE(stage.mock.wait_until(is_held(2), 30s));
  stage.mock.release();
  const Json rows = of_type(turn.get(), "tool_result").back().data["result"]["results"];
  CHECK(rows[0]["status"] == "success");
  CHECK(rows[1]["status"] == (is_enabled ? "success" : "failed"));
  CHECK(rows[1].value("code", "") == (is_enabled ? "" : "tool_blocked"));
  CHECK(stage.effects_of("charge").size() == (is_enabled ? 1U : 0U));
}

TEST_CASE("a hundred calls in one step each have their result, and the turn goes on") {
  const EffectsStage stage;
  const std::string tool = GENERATE("effects__look", "effects__pay");
  const bool is_good = tool == "effects__look";
  const auto events = stage.stream(stage.agent_with_effects("mock-tools100-r0"),
                                   {{"message", "all at once"}, {"allowedTools", {tool}}});
  const auto results = of_type(events, "tool_result");
  CHECK(of_type(events, "tool_call").size() == 100);
  REQUIRE(results.size() == 100);
  for (const auto& result : results) CHECK(result.data.value("code", "") == (is_good ? "" : "invalid_arguments"));
  CHECK(events.back().type() == "done");
  CHECK(event_of(events, "error").is_null());
  const Json messages = stage.request(1)["messages"];
  CHECK(std::count_if(messages.begin(), messages.end(), [](const Json& each) { return each["role"] == "tool"; }) ==
        100);
  CHECK(stage.effects_of("look").size() == (is_good ? 100U : 0U));
}

TEST_CASE("a call that is refused over and over is asked about like one that succeeds") {
  const EffectsStage stage({"--set", "tools.max_repeats=3"});
  const std::string model = GENERATE("mock-toolloop-badargs-r0", "mock-toolloop-unknowntool-r0");
  Ask turn = streamed_turn(stage.agent_with_effects(model, {{"maxSteps", 6}}), {{"message", "again"}});
  std::vector<Event> events;
  turn.on_event = [&](const Event& event) {
    if (event.type() == "approval_needed") {
      const bool approved = of_type(events, "approval_needed").empty();
      CHECK(stage.resolve(event.data["approvalId"], {{"approved", approved}}).status == 201);
    }
    events.push_back(event);
    return true;
  };
  ask(*stage.daemon, turn);
  const auto asked = of_type(events, "approval_needed");
  const auto results = of_type(events, "tool_result");
  REQUIRE_FALSE(asked.empty());
  CHECK(asked[0].data["source"] == "loop_detector");
  CHECK(asked[0].data["details"].get<std::string>().find("it was refused each time") != std::string::npos);
  REQUIRE(results.size() == 6);
  // Whoever lets it go on does not make it valid.
  const std::string refused = results[0].data.value("code", "");
  CHECK(refused == (model.find("badargs") != std::string::npos ? "invalid_arguments" : "unknown_tool"));
  for (const auto& result : results) CHECK(result.data.value("code", "") == refused);
}
