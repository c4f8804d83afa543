// Skills that are granted the sandbox, and break its contract.
#include <catch2/catch.hpp>
#include <fstream>

#include "platos/status.h"
#include "plugins/stage/asking.hpp"
#include "support/processes.hpp"

using namespace platos::tests;

namespace {

struct RogueStage : PluginStage {
  MockProvider mock;
  const std::string word = unique_word();

  RogueStage() {
    add("rogue-sandbox");
    write_openai_instance(data(), "mock", mock.base_url());
  }
  /// An instance that does `what`, of the same name.
  void grant(const std::string& what) const {
    Configured instance;
    instance.name = what;
    instance.plugin = rogue_id("rogue-sandbox");
    instance.config = {{"do", what}, {"file", data().path() + "/" + what}};
    instance.sandbox = true;
    configure(instance);
  }
  Json act(const std::string& what, const Json& arguments = Json::object()) const {
    return call_tool(*this, what + "__act", arguments, {what});
  }
  /// Begins a turn that calls the tool, and leaves it once the plugin is inside.
  void begin(const std::string& what) const {
    Ask turn = streamed_turn(make_agent(daemon(), kCallingModel, {what}),
                             {{"message", spelled_call(what + "__act", {{"word", word}})}});
    turn.on_event = [](const Event& event) { return event.type() != "tool_call"; };
    ask(daemon(), turn);
    REQUIRE(wait_until([&] { return notes(what) == std::vector<std::string>{"0"}; }));
  }
  std::vector<std::string> notes(const std::string& what) const {
    std::ifstream file(data().path() + "/" + what);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  Json row(const std::string& what) const { return instance(rogue_id("rogue-sandbox"), what); }
};

const std::vector<std::string> kShortDrain = {"--set", "runs.drain_ms=100"};

}  // namespace

TEST_CASE("a job that lies about itself is refused, and the next one runs") {
  struct Case {
    std::string does;
    std::string code = "invalid_arguments";
    std::string says = "a call, a sink and a whole job are needed";
  };
  const std::vector<Case> all = {
      {"job_small"},
      {"no_command"},
      {"many_words"},
      {"word_lies"},
      {"word_endless"},
      {"input_lies"},
      {"input_endless"},
      {"no_files"},
      {"many_files"},
      {"file_lies"},
      {"variable_endless"},
      {"no_sink"},
      {"no_job"},
      {"no_call"},
      {"no_words", "invalid_arguments", "expected a command, found none"},
      {"no_time", "invalid_arguments", "timeout_ms: expected at least 1, found -5"},
      {"no_limits", "invalid_arguments", "room for the limits"},
      {"sink_throws", "tool_failed", "an exception crossed the C boundary"},
      {"sink_refuses", "tool_failed", ""},
  };
  RogueStage stage;
  for (const auto& each : all) stage.grant(each.does);
  for (const char* fine : {"works", "other_thread"}) stage.grant(fine);
  stage.start();
  for (const auto& each : all) {
    CAPTURE(each.does);
    const Json result = stage.act(each.does);
    INFO(result.dump());
    CHECK(result["isError"] == true);
    CHECK(result["code"] == each.code);
    CHECK(says(result["result"], each.says));
    CHECK(stage.row(each.does)["state"] == "ready");
  }
  CHECK(stage.act("works")["result"] == "ran\n");
  CHECK(stage.act("other_thread")["result"] == "ran\n");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("an instance that is made or ended has no call, and so no program") {
  RogueStage stage;
  for (const char* when : {"at_its_start", "at_its_end"}) stage.grant(when);
  stage.start();
  const std::vector<std::string> refused = {std::to_string(PLATOS_INVALID_ARGUMENT)};
  CHECK(stage.notes("at_its_start") == refused);
  CHECK(stage.row("at_its_start")["state"] == "ready");
  CHECK(stage.notes("at_its_end").empty());
  CHECK(stage.daemon().stop() == 0);
  CHECK(stage.notes("at_its_end") == refused);
}

TEST_CASE("a plugin that calls the sandbox without end is written off, its programs end, and their place is free") {
  RogueStage stage;
  for (const char* each : {"never_ends", "works"}) stage.grant(each);
  stage.start({"--set", "plugins.tool_timeout_ms=10000", "--set", "sandbox.max_parallel=1"});
  const Json result = stage.act("never_ends", {{"word", stage.word}});
  CHECK(result["code"] == "outcome_unknown");
  CHECK(stage.row("never_ends")["state"] == "failed");
  CHECK(processes_with(stage.word) == 0);
  CHECK(descendants_of(stage.daemon().pid()).empty());
  CHECK(stage.act("works")["result"] == "ran\n");
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("a daemon stops in time while a plugin is inside, whatever it does there") {
  const std::string what = GENERATE(as<std::string>(), "deaf", "never_ends");
  CAPTURE(what);
  RogueStage stage;
  stage.grant(what);
  stage.start(kShortDrain);
  stage.begin(what);
  CHECK(stage.daemon().stop() == 0);
  CHECK(processes_with(stage.word) == 0);
  CHECK(stage.daemon().log().find("did not return two seconds after it was given up") != std::string::npos);
}

TEST_CASE("a plugin that wants a program when the daemon stops gets none, and the next daemon tells what is known") {
  RogueStage stage;
  stage.grant("after_its_end");
  stage.start(kShortDrain);
  stage.begin("after_its_end");
  CHECK(stage.daemon().stop() == 0);
  CHECK(stage.notes("after_its_end") == std::vector<std::string>{"0", std::to_string(PLATOS_CANCELLED)});
  CHECK(processes_with(stage.word) == 0);
  stage.daemon().start_again();
  const Json runs = get(stage.daemon(), "/api/v1/runs").json()["runs"];
  REQUIRE(runs.size() == 1);
  const std::string path = "/api/v1/runs/" + runs[0]["id"].get<std::string>() + "/events?after=0";
  const auto events = transcript(events_of(get(stage.daemon(), path).body));
  CHECK(event_of(events, "tool_result")["code"] == "outcome_unknown");
  CHECK(stage.notes("after_its_end").size() == 2);
}
