// A program that runs while its turn, or its daemon, is ended: nothing of it stays, and what is told of it is true.
#include <catch2/catch.hpp>
#include <csignal>

#include "integration/code_stage.hpp"
#include "support/processes.hpp"
#include "support/waiting.hpp"

using namespace platos::tests;

namespace {

const std::string kUnknown = "/api/v1/agent/monitoring/tool-calls/unknown?runId=";

/// A daemon that runs one program at a time.
struct StopStage : CodeStage {
  explicit StopStage(const std::string& drain_ms = "100")
      : CodeStage({"--set", "sandbox.max_parallel=1", "--set", "runs.drain_ms=" + drain_ms}) {}

  const std::string word = unique_word();

  /// Has four processes in the end, of which one takes no signal, one has a session of its own, and one no parent.
  Json stubborn_program() const {
    const auto named = [this](const std::string& name) { return "exec -a " + word + name + " sleep 300"; };
    return {{"command", "echo begun >> begun.txt\n(trap '' HUP INT TERM; " + named("deaf") + ") &\nsetsid bash -c '" +
                            named("session") + "' &\nsetsid bash -c '(" + named("orphan") + " &) ; exit' \n" +
                            named("main") + "\n"},
            {"timeoutMs", 120'000}};
  }
  bool all_run() const {
    return wait_until([this] {
      // Each under its own name: not the shells that are about to become them.
      for (const char* name : {"deaf", "session", "orphan", "main"}) {
        if (processes_with(word + name + std::string(1, '\0')) != 1) return false;
      }
      return true;
    });
  }

  /// Begins a turn that runs the program, and does `then` once all of it runs. The events that are told after that; all
  /// of them when `then` says so.
  std::vector<Event> begin(const std::function<bool()>& then) {
    std::vector<Event> seen;
    Ask turn = streamed_turn(agent_id, {{"message", spelled_call("code__run_shell", stubborn_program())}});
    turn.on_event = [&](const Event& event) {
      seen.push_back(event);
      if (event.type() == "meta") run = event.data["run_id"], thread = event.data["thread_id"];
      if (event.type() != "tool_call") return true;
      REQUIRE(all_run());
      return then();
    };
    ask(*daemon, turn);
    return seen;
  }

  /// The one call is on record as one of which nobody knows what it has done.
  void check_record() const {
    const Json unknown = fetch(kUnknown + run).json()["calls"];
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0]["toolName"] == "run_shell");
    const Json audited = fetch("/api/v1/agent/monitoring/tool-audit?runId=" + run).json();
    INFO(audited.dump());
    CHECK(audited.dump().find("\"unknown\"") != std::string::npos);
  }
  /// The slot is free: another program of the thread runs, and sees that the first was begun once.
  void check_next_program() {
    const Json next = call_tool("code__run_shell", {{"command", "cat begun.txt"}});
    INFO(next.dump());
    CHECK(next["result"]["stdout"] == "begun\n");
  }

  std::string run;
};

}  // namespace

TEST_CASE("Cancelling a run ends the program that it runs, with all its processes, before the run has ended") {
  StopStage stage;
  const auto events = stage.begin([&] { return stage.call("POST", kRuns + stage.run + "/cancel").status == 202; });
  CHECK(processes_with(stage.word) == 0);
  CHECK(descendants_of(stage.daemon->pid()).empty());
  REQUIRE(shape_of(events) == "meta status tool_call status tool_result done");
  const Json result = event_of(events, "tool_result");
  CHECK(result["isError"] == true);
  CHECK(result["code"] == "outcome_unknown");
  CHECK(event_of(events, "done")["stopped"] == true);
  CHECK(stage.run_record(stage.run)["status"] == "canceled");
  stage.check_record();
  stage.check_next_program();
}

TEST_CASE("stop of a socket ends the program that the turn runs") {
  StopStage stage;
  const std::string thread = make_thread(*stage.daemon, stage.agent_id);
  const auto client = stage.socket();
  client->emit("message",
               {{"message", spelled_call("code__run_shell", stage.stubborn_program())}, {"threadId", thread}});
  REQUIRE(stage.all_run());
  const auto other = stage.socket();
  other->emit("stop", {{"threadId", thread}});
  const auto told = client->until_done();
  CHECK(processes_with(stage.word) == 0);
  CHECK(descendants_of(stage.daemon->pid()).empty());
  REQUIRE_FALSE(told.empty());
  CHECK(told.back().body().value("stopped", false));
  stage.run = told.front().body()["run_id"];
  stage.thread = thread;
  CHECK(stage.run_record(stage.run)["status"] == "canceled");
  stage.check_record();
  stage.check_next_program();
}

TEST_CASE("A program that waits for another one's end never begins when its run is cancelled") {
  StopStage stage;
  stage.begin([] { return false; });
  const std::string running = stage.run;
  const std::string thread = make_thread(*stage.daemon, stage.agent_id);
  const std::string late = spelled_call("code__run_shell", {{"command", "echo begun >> late.txt"}});
  std::string waiting;
  Ask turn = streamed_turn(stage.agent_id, {{"message", late}, {"threadId", thread}});
  turn.on_event = [&](const Event& event) {
    if (event.type() == "meta") waiting = event.data["run_id"];
    if (event.type() == "tool_call") CHECK(stage.call("POST", kRuns + waiting + "/cancel").status == 202);
    return true;
  };
  const auto events = events_of(ask(*stage.daemon, turn).body);
  CHECK(event_of(events, "done")["stopped"] == true);
  CHECK(stage.run_record(waiting)["status"] == "canceled");
  // The first one was not touched.
  CHECK(processes_with(stage.word) == 4);
  CHECK(stage.call("POST", kRuns + running + "/cancel").status == 202);
  REQUIRE(stage.wait_for_status(running, "canceled"));
  CHECK(processes_with(stage.word) == 0);
  stage.check_next_program();
  stage.thread = thread;
  CHECK(stage.call_tool("files__list_dir", Json::object())["result"]["entries"].empty());
}

TEST_CASE("A daemon that ends takes its programs with it, and the next one does not run them again") {
  const std::string how = GENERATE(as<std::string>(), "SIGTERM", "SIGTERM twice", "SIGKILL");
  CAPTURE(how);
  StopStage stage(how == "SIGTERM twice" ? "60000" : "100");
  stage.begin([] { return false; });
  const auto family = descendants_of(stage.daemon->pid());
  CHECK(family.size() >= 6);  // bubblewrap, its first process, and the four
  if (how == "SIGKILL") {
    stage.daemon->kill_hard();
  } else if (how == "SIGTERM") {
    CHECK(stage.daemon->stop() == 0);
    CHECK(are_gone(family));
  } else {
    ::kill(stage.daemon->pid(), SIGTERM);
    REQUIRE(stage.daemon->wait_for_log("\"stopping\""));
    CHECK(stage.daemon->stop() == 0);
  }
  // The kernel's own work when the daemon had no time for it.
  CHECK(wait_until([&] { return are_gone(family); }, 20'000));
  CHECK(processes_with(stage.word) == 0);
  stage.daemon->start_again();
  const auto events = transcript(events_of(stage.fetch(kRuns + stage.run + "/events?after=0").body));
  CHECK(event_of(events, "tool_result")["code"] == "outcome_unknown");
  REQUIRE_FALSE(events.empty());
  CHECK(events.back().type() == "done");
  CHECK(processes_with(stage.word) == 0);
  stage.check_record();
  stage.check_next_program();
}
