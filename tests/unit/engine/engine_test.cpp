// Runs with bodies written here: numbers, barriers, take-over, waiting, cancelling.
#include "engine/engine.hpp"

#include <catch2/catch.hpp>

#include "stage.hpp"
#include "store/approvals.hpp"
#include "support/system_scope.hpp"

using namespace platos;
using namespace platos::tests;

namespace {

Task<void> three_tokens(engine::Run& run) {
  for (const char* text : {"a", "b", "c"}) run.emit(model::token_event(text));
  run.emit(model::done_event({}, ""));
  model::RunOutcome outcome;
  const auto finished = co_await run.finish(std::move(outcome), R"({"ok":true})");
  (void)finished;
}

Task<void> never_ends(engine::Run& run) {
  base::Completion<base::Done> never(run.loop());
  co_await never;
}

Task<bool> submit_and_wait(Stage& stage, model::RunRecord record, engine::Run::StoreWork work) {
  const auto submission = stage.engine->submit(std::move(record), std::move(work), Stage::meta());
  const auto accepted = co_await submission.accepted;
  co_return accepted.has_value();
}

Result<void> no_work(store::Session&) { return {}; }

Result<void> refusing_work(store::Session&) { return fail(ErrorKind::Conflict, "turn_in_progress", "busy"); }

model::RunRecord stored_run(Stage& stage, const std::string& id) {
  struct Read {
    static Task<model::RunRecord> run(Stage& stage, std::string id) {
      const auto read = stage.database->read(stage.loop, [id](store::Session& session) -> Result<model::RunRecord> {
        return *store::Runs(session).find(kScope, id);
      });
      auto record = co_await read;
      co_return std::move(*record);
    }
  };
  return stage.run(Read::run(stage, id));
}

std::size_t stored_events(Stage& stage, const std::string& id) {
  struct Read {
    static Task<std::size_t> run(Stage& stage, std::string id) {
      const auto read = stage.database->read(stage.loop, [id](store::Session& session) -> Result<std::size_t> {
        std::size_t events = 0;
        for (const auto& block : store::Runs(session).stream(kScope, id, 0, 1'000'000)) {
          events += static_cast<std::size_t>(block.last_seq - block.first_seq + 1);
        }
        return events;
      });
      auto count = co_await read;
      co_return *count;
    }
  };
  return stage.run(Read::run(stage, id));
}

}  // namespace

TEST_CASE("a run's events are numbered from 1, and its end is stored") {
  const TempDir dir;
  Stage stage(dir, three_tokens);
  stage.start();
  const auto record = stage.new_run();
  REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
  const auto events = stage.events(record.id);
  REQUIRE(events.size() == 5);
  for (std::size_t i = 0; i < events.size(); ++i) CHECK(events[i].seq == static_cast<std::int64_t>(i) + 1);
  CHECK(events[1].json == R"({"type":"token","text":"a","_seq":2,"_run":")" + record.id + "\"}");
  const auto stored = stored_run(stage, record.id);
  CHECK(stored.state == model::RunState::Completed);
  CHECK(stored.output_json == R"({"ok":true})");
  CHECK(stage.events(record.id, 3).size() == 2);
}

TEST_CASE("nothing of a run is visible when its acceptance is refused, and its body is told") {
  const TempDir dir;
  bool lost = false;
  Stage stage(dir, [&lost](engine::Run& run) -> Task<void> {
    struct Body {
      static Task<void> run(engine::Run& run, bool& lost) {
        run.emit(model::token_event("never seen"));
        const auto written = co_await run.barrier();
        lost = !written && run.lost() && run.cancel_token().cancelled();
      }
    };
    return Body::run(run, lost);
  });
  stage.start();
  const auto record = stage.new_run();
  CHECK_FALSE(stage.run(submit_and_wait(stage, record, refusing_work)));
  stage.loop.run_until([&] { return stage.engine->live_count() == 0; });
  CHECK(lost);
  CHECK(stage.events(record.id).empty());
}

TEST_CASE("a settled event holds back everything behind it until its commit") {
  engine::EventLog log("run_1", 1, 0, 1024 * 1024);
  std::vector<engine::LoggedEvent> seen;
  log.append(Stage::meta());
  log.append(model::token_event("x"));
  CHECK(log.read(0, 1024, seen) == engine::EventLog::Read::Nothing);
  const auto block = log.take_unflushed();
  log.committed(block.last_seq, 4096);
  CHECK(log.read(0, 1024, seen) == engine::EventLog::Read::Events);
  CHECK(seen.size() == 2);
  log.append(model::tool_result_event({}, {}));
  log.append(model::token_event("y"));
  CHECK(log.read(2, 1024, seen) == engine::EventLog::Read::Nothing);
}

TEST_CASE("no number above the committed reserve is shown") {
  engine::EventLog log("run_1", 1, 0, 1024 * 1024);
  log.append(Stage::meta());
  log.committed(log.take_unflushed().last_seq, 3);
  for (int i = 0; i < 5; ++i) log.append(model::token_event("t"));
  std::vector<engine::LoggedEvent> seen;
  log.read(0, 1024, seen);
  CHECK(seen.size() == 3);
  log.committed(0, 10);
  seen.clear();
  log.read(0, 1024, seen);
  CHECK(seen.size() == 6);
}

TEST_CASE("what two commits have passed leaves memory, but for the last few") {
  engine::EventLog log("run_1", 1, 0, 1024 * 1024);
  log.append(Stage::meta());
  for (int i = 0; i < 200; ++i) log.append(model::token_event("a token of some length"));
  std::vector<engine::LoggedEvent> seen;
  log.committed(log.take_unflushed().last_seq, 4096);
  // Only now visible: nobody can have read them before.
  CHECK(log.read(0, 1024 * 1024, seen) == engine::EventLog::Read::Events);
  CHECK(seen.size() == 201);
  log.append(model::token_event("one more"));
  log.committed(log.take_unflushed().last_seq, 4096);
  CHECK(log.read(0, 1024, seen) == engine::EventLog::Read::Behind);
  CHECK(log.read(190, 1024 * 1024, seen) == engine::EventLog::Read::Events);
}

TEST_CASE("what was trimmed from memory is read from the store") {
  engine::EventLog log("run_1", 1, 4096, 200);
  for (int i = 0; i < 50; ++i) log.append(model::token_event("some text"));
  const auto block = log.take_unflushed();
  log.committed(block.last_seq, 4096);
  std::vector<engine::LoggedEvent> seen;
  CHECK(log.read(0, 1024, seen) == engine::EventLog::Read::Behind);
  const auto stored = engine::decode_block(block, 10);
  REQUIRE(stored.has_value());
  CHECK(stored->size() == 40);
  CHECK(stored->front().seq == 11);
}

TEST_CASE("a stored block that is cut is an error, not a crash") {
  engine::EventLog log("run_1", 1, 4096, 200);
  for (int i = 0; i < 3; ++i) log.append(model::token_event("text"));
  auto block = log.take_unflushed();
  const std::string whole = block.payload;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    block.payload = whole.substr(0, cut);
    const auto events = engine::decode_block(block, 0);
    REQUIRE_FALSE(events.has_value());
    CHECK(events.error().code == "stream_unreadable");
  }
}

TEST_CASE("a run left by a former process is taken over behind its reserved numbers, with its journal") {
  const TempDir dir;
  std::string run_id;
  {
    Stage stage(dir, [](engine::Run& run) -> Task<void> {
      struct Body {
        static Task<void> run(engine::Run& run) {
          run.emit(model::token_event("lost"));
          run.journal(model::journal::kModelResponse, R"({"text":"kept"})");
          const auto written = co_await run.barrier();
          (void)written;
          base::Completion<base::Done> never(run.loop());
          co_await never;
        }
      };
      return Body::run(run);
    });
    stage.start();
    const auto record = stage.new_run();
    run_id = record.id;
    REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
    stage.loop.run_until([&] { return stage.engine->find_live(run_id)->discard_from() == 3; });
    while (stored_events(stage, run_id) < 2) REQUIRE(stage.engine->find_live(run_id) != nullptr);
    // The process ends here: frames and memory go, the rows stay.
  }
  std::vector<std::string> kinds;
  std::int64_t discard_from = 0;
  Stage again(dir, [&](engine::Run& run) -> Task<void> {
    for (const auto& row : run.former_journal()) kinds.push_back(row.kind);
    discard_from = run.discard_from();
    return three_tokens(run);
  });
  again.start();
  again.loop.run_until([&] { return again.engine->live_count() == 0 && !kinds.empty(); });
  CHECK(kinds == std::vector<std::string>{"accepted", "model_response", "claimed"});
  CHECK(discard_from == 3);
  const auto events = again.events(run_id);
  REQUIRE(events.size() == 6);
  CHECK(events[1].seq == 2);
  CHECK(events[2].seq == 4097);
  const auto record = stored_run(again, run_id);
  CHECK(record.attempt == 2);
  CHECK(record.fence == 2);
}

TEST_CASE("a run whose fence was raised by another host is lost at its next write") {
  const TempDir dir;
  bool lost = false;
  std::optional<base::Completion<base::Done>> go_on;
  Stage stage(dir, [&](engine::Run& run) -> Task<void> {
    struct Body {
      static Task<void> run(engine::Run& run, bool& lost, std::optional<base::Completion<base::Done>>& go_on) {
        co_await go_on.emplace(run.loop());
        run.emit(model::token_event("too late"));
        const auto written = co_await run.barrier();
        lost = !written && written.error().code == "run_lost";
      }
    };
    return Body::run(run, lost, go_on);
  });
  stage.start();
  const auto record = stage.new_run();
  REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
  struct Steal {
    static Task<bool> run(Stage& stage, std::string id) {
      const auto write = stage.database->write(stage.loop, [id](store::Session& session) -> Result<void> {
        session.execute(model::SystemScopeForTest::make(), "UPDATE runs SET fence = 7 WHERE id = $1", {id});
        return {};
      });
      const auto done = co_await write;
      co_return done.has_value();
    }
  };
  REQUIRE(stage.run(Steal::run(stage, record.id)));
  go_on->complete({});
  stage.loop.run_until([&] { return stage.engine->live_count() == 0; });
  CHECK(lost);
  CHECK(stored_events(stage, record.id) == 1);
}

TEST_CASE("waiting suspends the run in the store and goes on under the same fence, with a later deadline") {
  const TempDir dir;
  std::string state_while_waiting;
  Stage stage(dir, [](engine::Run& run) -> Task<void> {
    struct Body {
      static Task<void> run(engine::Run& run) {
        const auto waited = co_await run.wait_until(run.now_us() + 200'000, "back-off");
        if (waited && *waited) run.emit(model::token_event("after the wait"));
        co_await three_tokens(run);
      }
    };
    return Body::run(run);
  });
  stage.start();
  const auto record = stage.new_run();
  REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
  while (state_while_waiting.empty()) {
    const auto state = stored_run(stage, record.id).state;
    if (state == model::RunState::Waiting) state_while_waiting = "waiting";
    REQUIRE_FALSE(model::is_final(state));
  }
  const auto events = stage.events(record.id);
  CHECK(events.size() == 6);
  const auto stored = stored_run(stage, record.id);
  CHECK(stored.fence == 1);
  CHECK(stored.deadline_us >= record.deadline_us + 200'000);
}

TEST_CASE("the deadline and a person's cancel reach the body with their reasons") {
  const TempDir dir;
  std::vector<std::string> reasons;
  Stage stage(dir, [&reasons](engine::Run& run) -> Task<void> {
    struct Body {
      static Task<void> run(engine::Run& run, std::vector<std::string>& reasons) {
        co_await base::sleep_for(run.loop(), 60'000'000, run.cancel_token());
        reasons.push_back(run.cancel_token().reason());
        co_await three_tokens(run);
      }
    };
    return Body::run(run, reasons);
  });
  stage.start();
  auto late = stage.new_run();
  late.deadline_us = stage.clock.wall_us() + 20'000;
  REQUIRE(stage.run(submit_and_wait(stage, late, no_work)));
  stage.loop.run_until([&] { return reasons.size() == 1; });
  const auto cancelled = stage.new_run();
  REQUIRE(stage.run(submit_and_wait(stage, cancelled, no_work)));
  const auto done = stage.run(stage.engine->cancel(stage.loop, kScope, cancelled.id));
  CHECK(done.has_value());
  stage.loop.run_until([&] { return reasons.size() == 2 && stage.engine->live_count() == 0; });
  CHECK(reasons == std::vector<std::string>{"deadline", "cancelled"});
  const auto again = stage.run(stage.engine->cancel(stage.loop, kScope, cancelled.id));
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == "run_finished");
  const auto unknown = stage.run(stage.engine->cancel(stage.loop, kScope, "run_none"));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().kind == ErrorKind::NotFound);
}

TEST_CASE("a cancel that was answered is kept by whoever takes the run over") {
  const TempDir dir;
  std::string run_id;
  {
    Stage stage(dir, never_ends);
    stage.start();
    const auto record = stage.new_run();
    run_id = record.id;
    REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
    REQUIRE(stage.run(stage.engine->cancel(stage.loop, kScope, run_id)));
  }
  std::optional<std::string> reason;
  Stage again(dir, [&reason](engine::Run& run) -> Task<void> {
    reason = run.cancel_token().reason();
    return three_tokens(run);
  });
  again.start();
  again.loop.run_until([&] { return again.engine->live_count() == 0 && reason; });
  CHECK(reason == "cancelled");
}

TEST_CASE("a run whose end is being written cannot be cancelled") {
  const TempDir dir;
  std::optional<base::Completion<Result<void>>> cancelled;
  Stage stage(dir, [&cancelled](engine::Run& run) -> Task<void> {
    struct Body {
      static Task<void> run(engine::Run& run, std::optional<base::Completion<Result<void>>>& cancelled) {
        run.loop().defer([&run, &cancelled] { run.cancel(cancelled.emplace(run.loop())); });
        co_await three_tokens(run);
      }
    };
    return Body::run(run, cancelled);
  });
  stage.start();
  const auto record = stage.new_run();
  REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
  stage.loop.run_until([&] { return stage.engine->live_count() == 0; });
  REQUIRE(cancelled);
  const auto outcome =
      stage.run([](base::Completion<Result<void>> done) -> Task<Result<void>> { co_return co_await done; }(*cancelled));
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == "run_finished");
  CHECK(stored_run(stage, record.id).state == model::RunState::Completed);
}

TEST_CASE("an exception that leaves a body fails the run with an error and done") {
  const TempDir dir;
  Stage stage(dir, [](engine::Run& run) -> Task<void> {
    struct Body {
      static Task<void> run(engine::Run& run) {
        run.emit(model::token_event("x"));
        throw std::runtime_error("a bug");
        co_return;
      }
    };
    return Body::run(run);
  });
  stage.start();
  const auto record = stage.new_run();
  REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
  const auto events = stage.events(record.id);
  REQUIRE(events.size() == 4);
  CHECK(events[2].json.find("internal_error") != std::string::npos);
  CHECK(events[2].json.find("a bug") == std::string::npos);
  CHECK(stored_run(stage, record.id).state == model::RunState::Failed);
}

TEST_CASE("A run that ends takes back what it has asked, also when it did not wait for an answer yet") {
  const TempDir dir;
  Stage stage(dir, [](engine::Run& run) -> Task<void> {
    model::Approval approval;
    approval.id = "apr_1";
    approval.scope = kScope;
    approval.run_id = run.id();
    run.store([approval](store::Session& session) -> Result<void> {
      store::Approvals(session).insert(approval);
      return {};
    });
    run.journal(model::journal::kAsked, "{}");
    co_await three_tokens(run);
  });
  stage.start();
  const auto record = stage.new_run();
  REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
  (void)stage.events(record.id);
  const auto read = stage.database->read(stage.loop, [](store::Session& session) -> Result<model::Approval> {
    return *store::Approvals(session).find(kScope, "apr_1");
  });
  const auto found = stage.run([](auto waiting) -> Task<Result<model::Approval>> { co_return co_await waiting; }(read));
  CHECK(found->state == model::ApprovalState::Cancelled);
}

TEST_CASE("a drained engine takes no runs, and leaves what does not end to the next process") {
  const TempDir dir;
  std::string run_id;
  {
    Stage stage(dir, never_ends);
    stage.start();
    const auto record = stage.new_run();
    run_id = record.id;
    REQUIRE(stage.run(submit_and_wait(stage, record, no_work)));
    struct Drain {
      static Task<bool> run(Stage& stage) {
        co_await stage.engine->drain(50'000);
        co_return true;
      }
    };
    CHECK(stage.run(Drain::run(stage)));
    REQUIRE_FALSE(stage.engine->admits().has_value());
    CHECK(stage.engine->admits().error().code == "draining");
  }
  Stage again(dir, three_tokens);
  again.start();
  again.loop.run_until([&] { return again.engine->live_count() == 0; });
  CHECK(stored_run(again, run_id).state == model::RunState::Completed);
}
