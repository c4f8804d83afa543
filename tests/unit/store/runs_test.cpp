#include "store/runs.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "store/tool_calls.hpp"
#include "store_fixture.hpp"

namespace platos::store {
namespace {

using model::RunState;

struct RunsFixture : SessionFixture {
  Runs runs{session};
  void add(const std::string& id, const std::string& thread, RunState state, std::int64_t created_us = 1) {
    runs.insert(run_record(own, id, thread, state, created_us));
  }
};

}  // namespace

TEST_CASE("A run comes back as it was; one that is not running holds no lease") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  f.add("run_2", "thr_2", RunState::Queued);
  const auto run = f.runs.find(f.own, "run_1");
  REQUIRE(run);
  CHECK(run->scope == f.own);
  CHECK(run->state == RunState::Running);
  CHECK(run->input_json == R"({"text":"hi"})");
  CHECK(run->output_json.empty());
  CHECK(run->seq_reserved == 4096);
  CHECK(run->lease_owner == "host_1");
  CHECK(run->lease_until_us == 1000);
  CHECK(run->fence == 1);
  CHECK(run->deadline_us == 5000);
  CHECK(run->attempt == 1);
  CHECK(run->request_id == "req");
  CHECK(run->started_us == 2);
  CHECK(f.runs.find(f.own, "run_2")->lease_owner.empty());
  CHECK(f.runs.find(f.own, "run_2")->started_us == 0);
}

TEST_CASE("A thread has at most one live turn, whatever is inserted or updated") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  CHECK_THROWS_AS(f.add("run_2", "thr_1", RunState::Running), SqlError);
  CHECK_THROWS_AS(f.add("run_2", "thr_1", RunState::Waiting), SqlError);
  f.add("run_2", "thr_1", RunState::Queued);
  f.add("run_3", "thr_2", RunState::Running);
  CHECK_THROWS_AS(f.runs.set_running(f.own, "run_2", 1, 1), SqlError);
  const auto open = [&f] {
    std::string joined;
    for (const auto& turn : f.runs.open_turns(f.own, "thr_1"))
      joined += turn.run_id + (turn.queued ? " queued " : " live ");
    return joined;
  };
  CHECK(open() == "run_1 live run_2 queued ");
  CHECK(f.runs.finish(f.own, {"run_1", 1}, {}, "{}", 10));
  CHECK(open() == "run_2 queued ");
  f.runs.set_running(f.own, "run_2", 1, 1);
  CHECK(open() == "run_2 live ");
}

TEST_CASE("progress writes under the right fence only, and not to a run that has ended") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  CHECK(f.runs.progress(f.own, {"run_1", 1, 9000, 2000}));
  CHECK(f.runs.find(f.own, "run_1")->seq_reserved == 9000);
  CHECK(f.runs.find(f.own, "run_1")->lease_until_us == 2000);
  CHECK_FALSE(f.runs.progress(f.own, {"run_1", 0, 1, 1}));
  CHECK_FALSE(f.runs.progress(f.own, {"run_1", 2, 1, 1}));
  CHECK_FALSE(f.runs.progress(f.other, {"run_1", 1, 1, 1}));
  CHECK(f.runs.find(f.own, "run_1")->seq_reserved == 9000);
  CHECK(f.runs.finish(f.own, {"run_1", 1}, {}, "{}", 10));
  CHECK_FALSE(f.runs.progress(f.own, {"run_1", 1, 9999, 1}));
}

TEST_CASE("progress never lowers the reserve", "[finding]") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  CHECK(f.runs.progress(f.own, {"run_1", 1, 100, 2000}));
  CHECK(f.runs.find(f.own, "run_1")->seq_reserved == 4096);
}

TEST_CASE("A run is ended once, and only under its fence") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  CHECK_FALSE(f.runs.finish(f.own, {"run_1", 2}, {}, "{}", 10));
  CHECK(f.runs.find(f.own, "run_1")->state == RunState::Running);
  CHECK(f.runs.finish(f.own, {"run_1", 1}, {}, "{}", 10));
  CHECK_FALSE(f.runs.finish(f.own, {"run_1", 1}, {RunState::Failed, "x", "x"}, "{}", 20));
  CHECK(f.runs.find(f.own, "run_1")->finished_us == 10);
}

TEST_CASE("Calls that were started and never settled are unknown when their run ends, reads have failed") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  ToolCalls calls(f.session);
  for (const auto effect : {model::Effect::Once, model::Effect::Idempotent, model::Effect::Read}) {
    LedgerRow row;
    row.run_id = "run_1";
    row.call_id = std::string(model::to_text(effect));
    row.effect = effect;
    calls.start(f.own, row);
  }
  LedgerRow settled;
  settled.run_id = "run_1";
  settled.call_id = "settled";
  calls.start(f.own, settled);
  calls.settle(f.own, "run_1", "settled", "succeeded", 5);
  CHECK(f.runs.finish(f.own, {"run_1", 1}, {RunState::Failed, "x", "x"}, "{}", 10));
  std::map<std::string, std::string> states;
  for (const auto& row : calls.of_run(f.own, "run_1")) states[row.call_id] = row.state;
  CHECK(states == std::map<std::string, std::string>{
                      {"once", "unknown"}, {"idempotent", "unknown"}, {"read", "failed"}, {"settled", "succeeded"}});
}

TEST_CASE("Finishing writes the outcome, gives up the lease and forgets the timers") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  f.runs.set_waiting(f.own, "run_1", 50, "tmr_1");
  CHECK(f.runs.finish(f.own, {"run_1", 1}, {RunState::Failed, "deadline", "too long"}, R"({"o":1})", 99));
  const auto run = f.runs.find(f.own, "run_1");
  CHECK(run->state == RunState::Failed);
  CHECK(run->error_code == "deadline");
  CHECK(run->error_message == "too long");
  CHECK(run->output_json == R"({"o":1})");
  CHECK(run->finished_us == 99);
  CHECK(run->lease_owner.empty());
  CHECK(f.runs.claimable(f.system, {"host_1"}, 1'000'000, 10).empty());
}

TEST_CASE("Journal and stream come back in order; the stream from a number on, in blocks") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  for (std::int64_t n = 3; n >= 1; --n) f.runs.append_journal(f.own, "run_1", {n, "kind", n * 10, "{}", n * 100});
  const auto journal = f.runs.journal(f.own, "run_1");
  REQUIRE(journal.size() == 3);
  CHECK(journal[0].n == 1);
  CHECK(journal[2].last_seq == 30);
  CHECK(journal[2].at_us == 300);
  CHECK_THROWS_AS(f.runs.append_journal(f.own, "run_1", {3, "again", 0, "{}", 1}), SqlError);
  f.runs.append_stream(f.own, "run_1", {1, 4, std::string("\0\1a", 3)}, 1);
  f.runs.append_stream(f.own, "run_1", {5, 5, std::string(100, 'b')}, 1);
  f.runs.append_stream(f.own, "run_1", {6, 9, "c"}, 1);
  const auto first_of = [&](std::int64_t after, std::size_t bytes) {
    std::string joined;
    for (const auto& block : f.runs.stream(f.own, "run_1", after, bytes)) joined += std::to_string(block.first_seq);
    return joined;
  };
  CHECK(first_of(0, 10'000) == "156");
  CHECK(first_of(3, 10'000) == "156");
  CHECK(first_of(4, 10'000) == "56");
  CHECK(first_of(9, 10'000).empty());
  CHECK(first_of(0, 50) == "15");
  CHECK(f.runs.stream(f.own, "run_1", 0, 1).at(0).payload == std::string("\0\1a", 3));
}

TEST_CASE("Another environment sees nothing of a run and changes nothing of it") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  f.add("run_2", "thr_1", RunState::Queued);
  f.runs.append_journal(f.own, "run_1", {1, "kind", 1, "{}", 1});
  f.runs.append_stream(f.own, "run_1", {1, 1, "a"}, 1);
  RunFilter filter;
  filter.user_id = "usr";
  CHECK_FALSE(f.runs.find(f.other, "run_1"));
  CHECK(f.runs.list(f.other, filter).empty());
  CHECK(f.runs.count(f.other, filter) == 0);
  CHECK(f.runs.open_turns(f.other, "thr_1").empty());
  CHECK(f.runs.journal(f.other, "run_1").empty());
  CHECK(f.runs.stream(f.other, "run_1", 0, 1000).empty());
  CHECK_FALSE(f.runs.finish(f.other, {"run_1", 1}, {RunState::Failed, "x", "x"}, "", 1));
  f.runs.set_waiting(f.other, "run_1", 5, "tmr_x");
  f.runs.set_running(f.other, "run_1", 7, 7);
  CHECK(f.runs.find(f.own, "run_1")->state == RunState::Running);
  CHECK(f.runs.find(f.own, "run_1")->lease_until_us == 1000);
}

TEST_CASE("Runs are listed newest first, filtered by user, agent, thread and state") {
  RunsFixture f;
  f.add("run_1", "thr_1", RunState::Running, 1);
  f.add("run_2", "thr_1", RunState::Queued, 2);
  f.add("run_3", "thr_2", RunState::Queued, 3);
  RunFilter filter;
  filter.user_id = "usr";
  const auto listed = [&] {
    std::string joined;
    for (const auto& run : f.runs.list(f.own, filter)) joined += run.id + " ";
    return joined + std::to_string(f.runs.count(f.own, filter));
  };
  CHECK(listed() == "run_3 run_2 run_1 3");
  filter.thread_id = "thr_1";
  CHECK(listed() == "run_2 run_1 2");
  filter.state = "queued";
  CHECK(listed() == "run_2 1");
  filter.agent_id = "none";
  CHECK(listed() == "0");
  filter = {};
  CHECK(listed() == "0");
}

}  // namespace platos::store
