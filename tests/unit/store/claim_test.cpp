#include <catch2/catch.hpp>

#include "store/runs.hpp"
#include "store/tool_calls.hpp"
#include "store_fixture.hpp"

namespace platos::store {
namespace {

using model::RunState;

struct ClaimFixture : SessionFixture {
  Runs runs{session};
  void add(const std::string& id, const std::string& thread, RunState state, std::int64_t created_us = 1) {
    runs.insert(run_record(own, id, thread, state, created_us));
  }
  std::string claimable(const std::string& host, std::int64_t now_us, std::int64_t limit = 10, bool restarted = false) {
    std::string joined;
    for (const auto& run : runs.claimable(system, {host, restarted}, now_us, limit)) joined += run.id + " ";
    return joined;
  }
  model::RunRecord taken(const std::string& id, const std::string& host) {
    auto run = *runs.find(own, id);
    ++run.fence;
    run.lease_owner = host;
    run.lease_until_us = 7000;
    run.attempt = 2;
    run.seq_reserved += 4096;
    return run;
  }
};

}  // namespace

TEST_CASE("A queued turn waits behind the live turn of its thread and behind older queued ones") {
  ClaimFixture f;
  f.add("run_1", "thr_1", RunState::Running, 1);
  f.add("run_3", "thr_1", RunState::Queued, 3);
  f.add("run_2", "thr_1", RunState::Queued, 2);
  f.add("run_4", "thr_2", RunState::Queued, 4);
  CHECK(f.claimable("", 10) == "run_4 ");
  CHECK(f.runs.finish(f.own, {"run_1", 1}, {}, "{}", 10));
  CHECK(f.claimable("", 10) == "run_2 run_4 ");
  CHECK(f.claimable("", 10, 1) == "run_2 ");
}

TEST_CASE("A running run may be taken when its lease is over, or at once by the host that held it") {
  ClaimFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  CHECK(f.claimable("", 1000).empty());
  CHECK(f.claimable("host_2", 1000).empty());
  CHECK(f.claimable("host_2", 1001) == "run_1 ");
  CHECK(f.claimable("host_1", 0, 10, true) == "run_1 ");
  CHECK(f.claimable("host_1", 0).empty());
  f.runs.renew_leases(f.system, "host_1", 5000);
  CHECK(f.claimable("host_2", 1001).empty());
  f.runs.renew_leases(f.system, "host_2", 1);
  CHECK(f.claimable("host_2", 1001).empty());
  f.runs.release_leases(f.system, "host_2");
  CHECK(f.claimable("host_2", 1).empty());
  f.runs.release_leases(f.system, "host_1");
  CHECK(f.claimable("host_2", 1) == "run_1 ");
}

TEST_CASE("A waiting run may be taken when its timer is due") {
  ClaimFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  f.runs.set_waiting(f.own, "run_1", 500, "tmr_1");
  CHECK(f.claimable("host_1", 499).empty());
  CHECK(f.claimable("host_1", 500) == "run_1 ");
  f.runs.set_running(f.own, "run_1", 900, 5000);
  CHECK(f.claimable("", 600).empty());
  CHECK(f.claimable("", 901) == "run_1 ");
}

TEST_CASE("The host that waits for a run is asked first when the run is due, others three seconds later") {
  ClaimFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  f.runs.set_waiting(f.own, "run_1", 9'000'000, "tmr_1");
  f.runs.wake(f.own, "run_1", 500);
  CHECK(f.claimable("host_1", 500) == "run_1 ");
  CHECK(f.claimable("host_2", 500).empty());
  CHECK(f.claimable("host_2", 3'000'499).empty());
  CHECK(f.claimable("host_2", 3'000'500) == "run_1 ");
  // What is due already is not put off.
  f.runs.wake(f.own, "run_1", 800);
  CHECK(f.claimable("host_1", 500) == "run_1 ");
}

TEST_CASE("Queued runs that have no thread do not wait for each other", "[finding]") {
  ClaimFixture f;
  for (const char* id : {"run_1", "run_2"}) {
    auto run = run_record(f.own, id, "", RunState::Queued);
    run.kind = "batch";
    f.runs.insert(run);
  }
  CHECK(f.claimable("", 10) == "run_1 run_2 ");
}

TEST_CASE("The second of two claims of one run finds that somebody was faster") {
  ClaimFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  f.runs.set_waiting(f.own, "run_1", 5, "tmr_1");
  CHECK(f.runs.claim(f.system, f.taken("run_1", "host_2"), 1));
  auto late = f.taken("run_1", "host_3");
  late.fence = 2;
  CHECK_FALSE(f.runs.claim(f.system, late, 1));
  const auto run = f.runs.find(f.own, "run_1");
  CHECK(run->lease_owner == "host_2");
  CHECK(run->fence == 2);
  CHECK(run->attempt == 2);
  CHECK(run->seq_reserved == 8192);
  CHECK(run->state == RunState::Running);
  CHECK(run->started_us == 2);
  // The former owner may write no more, and the timer is gone.
  CHECK_FALSE(f.runs.progress(f.own, {"run_1", 1, 9999, 9999}));
  f.runs.release_leases(f.system, "host_2");
  CHECK(f.claimable("", 6) == "run_1 ");
}

TEST_CASE("A run that has ended cannot be claimed") {
  ClaimFixture f;
  f.add("run_1", "thr_1", RunState::Running);
  CHECK(f.runs.finish(f.own, {"run_1", 1}, {}, "{}", 10));
  CHECK_FALSE(f.runs.claim(f.system, f.taken("run_1", "host_2"), 1));
}

TEST_CASE("The sweep deletes what ended long ago, at most as much as it is told, and nothing else") {
  ClaimFixture f;
  IdempotencyKeys keys(f.session);
  for (const char* id : {"old", "new", "live"}) {
    f.add(id, id, RunState::Running);
    for (std::int64_t n = 1; n <= 3; ++n) {
      f.runs.append_journal(f.own, id, {n, "kind", n, "{}", 1});
      f.runs.append_stream(f.own, id, {n, n, "x"}, 1);
    }
  }
  CHECK(f.runs.finish(f.own, {"old", 1}, {}, "{}", 100));
  CHECK(f.runs.finish(f.own, {"new", 1}, {}, "{}", 900));
  keys.insert(f.own, {"usr", "r", "expired", "h", "run", 50});
  keys.insert(f.own, {"usr", "r", "fresh", "h", "run", 5000});
  CHECK(f.runs.sweep(f.system, 500, 50, 1000, 2) == 3);  // two blocks of "old", one key; its journal stays longer
  CHECK(f.runs.stream(f.own, "old", 0, 100).size() == 1);
  CHECK(f.runs.journal(f.own, "old").size() == 3);
  CHECK(f.runs.sweep(f.system, 500, 500, 1000, 100) == 4);
  CHECK(f.runs.sweep(f.system, 500, 500, 1000, 100) == 0);
  for (const char* id : {"new", "live"}) {
    CHECK(f.runs.stream(f.own, id, 0, 100).size() == 3);
    CHECK(f.runs.journal(f.own, id).size() == 3);
  }
  CHECK(keys.find(f.own, {"usr", "r", "fresh", "", "", 0}, 1000));
  CHECK(f.runs.find(f.own, "old"));
}

}  // namespace platos::store
