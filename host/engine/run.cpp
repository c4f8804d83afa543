#include "engine/run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/failpoint.hpp"
#include "base/json_text.hpp"
#include "model/json.hpp"

namespace platos::engine {
namespace {

// A thousand streams of twenty tokens a second are four thousand writes a second with this, each of five tokens.
constexpr std::int64_t kRideWithinUs = 250'000;
constexpr std::int64_t kRetryWriteUs = 1'000'000;
constexpr std::int64_t kReserveStep = 4096;

// Decisions after which a step is not done again: what came before them stays valid.
bool settles_step(std::string_view kind) {
  return kind == model::journal::kAccepted || kind == model::journal::kModelResponse ||
         kind == model::journal::kToolSettled || kind == model::journal::kAsked;
}

bool worth_retrying(const Error& error) {
  return error.code == "storage_full" || error.code == "store_overloaded" || error.code == "store_unreachable";
}

}  // namespace

Run::Run(RunContext& context, base::Loop& loop, base::TaskSet& tasks, model::RunRecord record, std::int64_t first_seq,
         std::vector<model::JournalRow> journal)
    : context_(context),
      loop_(loop),
      tasks_(tasks),
      record_(std::move(record)),
      former_journal_(std::move(journal)),
      // A fresh run shows nothing before its acceptance is committed; a run taken over has its reserve on disk.
      events_(std::make_shared<EventLog>(record_.id, first_seq, first_seq == 1 ? 0 : record_.seq_reserved,
                                         context.ring_bytes)) {
  for (const auto& row : former_journal_) {
    next_journal_n_ = row.n + 1;
    if (settles_step(row.kind)) durable_seq_ = row.last_seq;
    if (row.kind == model::journal::kWaiting || row.kind == model::journal::kAsked) waited_ = true;
    if (row.kind == model::journal::kToolStarted) called_ = true;
    if (row.kind == model::journal::kCancelled) cancel_.cancel("cancelled");
  }
}

std::int64_t Run::emit(const model::Event& event) {
  const std::int64_t seq = events_->append(event);
  const bool numbers_run_out = seq + kReserveStep / 2 >= record_.seq_reserved;
  if (event.publication == model::Event::Class::Settled || numbers_run_out || events_->is_filling()) {
    flush_now();
  } else {
    flush_soon();
  }
  return seq;
}

void Run::journal(std::string_view kind, std::string payload_json) {
  model::JournalRow row;
  row.n = next_journal_n_++;
  row.kind = kind;
  row.last_seq = events_->last_seq();
  row.payload_json = std::move(payload_json);
  row.at_us = now_us();
  if (kind == model::journal::kToolStarted) called_ = true;
  if (kind == model::journal::kAsked) waited_ = true;
  if (settles_step(kind)) durable_seq_ = row.last_seq;
  pending_.journal.push_back(std::move(row));
  flush_soon();
}

void Run::store(StoreWork work) {
  pending_.work.push_back(std::move(work));
  flush_soon();
}

Task<Result<void>> Run::barrier() {
  if (lost_) co_return fail(ErrorKind::Aborted, "run_lost", "run " + id() + " is not this host's any more");
  base::failpoint("run.before_barrier");
  base::Completion<Result<void>> done(loop_);
  report_next_commit(done);
  const auto written = co_await done;
  base::failpoint("run.after_barrier");
  co_return written;
}

base::Completion<Result<void>> Run::accept(StoreWork work, const model::Event& first_event) {
  base::Completion<Result<void>> done(loop_);
  writing_ = true;  // all of this is one batch, and the writer has it before the body begins
  store(std::move(work));
  emit(first_event);
  journal(model::journal::kAccepted, "{}");
  pending_.accepting = true;
  report_next_commit(done);
  tasks_.start("run " + id(), write_batches());
  return done;
}

void Run::cancel(base::Completion<Result<void>> recorded) {
  if (ending_ || lost_) {
    recorded.complete(fail(ErrorKind::Conflict, "run_finished", "run " + id() + " is ending"));
    return;
  }
  journal(model::journal::kCancelled, "{}");
  report_next_commit(std::move(recorded));
  cancel_.cancel("cancelled");
}

void Run::report_next_commit(base::Completion<Result<void>> waiter) {
  pending_.waiters.push_back(std::move(waiter));
  flush_now();
}

bool Run::has_pending() const {
  return !pending_.work.empty() || !pending_.journal.empty() || !pending_.waiters.empty() || events_->has_unflushed();
}

void Run::flush_soon() {
  if (writing_ || timer_armed_ || lost_) return;
  timer_armed_ = true;
  loop_.call_after(kRideWithinUs, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_armed_ = false;
    self->flush_now();
  });
}

void Run::flush_now() {
  wanted_ = true;
  if (writing_ || lost_) return;
  writing_ = true;
  // Collected at the end of the pass: what one pass produces becomes one write.
  loop_.defer([self = shared_from_this()] { self->tasks_.start("run " + self->id(), self->write_batches()); });
}

Task<void> Run::write_batches() {
  const auto self = shared_from_this();
  while (wanted_ && !lost_) {
    wanted_ = false;
    if (!has_pending()) break;
    auto batch = std::make_shared<Batch>(std::exchange(pending_, Batch{}));
    batch->stream = events_->take_unflushed();
    // Raised early, so that a stream of tokens never waits for its numbers.
    if (events_->last_seq() + kReserveStep / 2 >= record_.seq_reserved) {
      record_.seq_reserved = events_->last_seq() + kReserveStep;
    }
    batch->seq_reserved = record_.seq_reserved;
    for (;;) {
      const auto done = context_.database.write(
          loop_, [self, batch](store::Session& session) -> Result<void> { return self->write(session, *batch); });
      const Result<void> outcome = co_await done;
      const bool again = !outcome && !batch->accepting && worth_retrying(outcome.error());
      if (!again) {
        base::failpoint("run.before_settle");
        settle(*batch, outcome);
        break;
      }
      co_await base::sleep_for(loop_, kRetryWriteUs, base::CancelToken());
    }
  }
  writing_ = false;
  if (has_pending()) flush_soon();
}

Result<void> Run::write(store::Session& session, const Batch& batch) const {
  store::Runs runs(session);
  // The last write proves by itself that the run is still ours.
  if (!batch.accepting && !batch.final &&
      !runs.progress(record_.scope, {id(), record_.fence, batch.seq_reserved, now_us() + context_.lease_us})) {
    return fail(ErrorKind::Aborted, "run_lost", "run " + id() + " was taken over by another host");
  }
  for (const auto& work : batch.work) {
    if (auto done = work(session); !done) return done;
  }
  for (const auto& row : batch.journal) runs.append_journal(record_.scope, id(), row);
  if (!batch.journal.empty()) base::failpoint("run.after_journal_batch");
  if (!batch.stream.payload.empty()) {
    runs.append_stream(record_.scope, id(), batch.stream, now_us());
    base::failpoint("run.after_stream_batch");
  }
  if (batch.accepting) base::failpoint("run.after_accept_batch");
  if (batch.final) base::failpoint("run.after_final_batch");
  return {};
}

void Run::settle(Batch& batch, const Result<void>& outcome) {
  if (outcome) {
    const std::int64_t seq = batch.stream.payload.empty() ? 0 : batch.stream.last_seq;
    events_->committed(seq, batch.seq_reserved);
    if (batch.final) {
      finished_ = true;
      events_->close();
    }
  } else {
    lost_ = true;
    context_.logger.warn("engine", "a run was let go",
                         {{"run", id()}, {"code", outcome.error().code}, {"reason", outcome.error().message}});
    disarm_deadline();
    cancel_.cancel("lost");
  }
  for (const auto& waiter : batch.waiters) waiter.complete(outcome);
  if (!lost_) return;
  for (const auto& waiter : std::exchange(pending_.waiters, {})) waiter.complete(outcome);
}

Task<bool> Run::may_try_again(Error error) const {
  if (lost_ || !worth_retrying(error)) co_return false;
  co_return co_await base::sleep_for(loop_, kRetryWriteUs, cancel_token());
}

void Run::wake() {
  woken_ = true;
  if (nap_) nap_->cancel("woken");
}

Task<Result<void>> Run::suspend(std::int64_t due_us, std::string reason, StillWaits still_waits) {
  base::failpoint("run.before_waiting");
  journal(model::journal::kWaiting, model::dump({{"due_us", due_us}, {"reason", reason}}));
  auto waits = std::make_shared<std::atomic<bool>>(true);
  store([scope = record_.scope, run = id(), due_us, waits, still_waits = std::move(still_waits), now = now_us(),
         timer = context_.ids.make("tmr")](store::Session& session) -> Result<void> {
    store::Runs runs(session);
    runs.set_waiting(scope, run, due_us, timer);
    *waits = !still_waits || still_waits(session);
    if (!*waits) runs.wake(scope, run, now);
    return {};
  });
  if (auto written = co_await barrier(); !written) co_return written;
  if (!*waits) woken_ = true;
  co_return Result<void>{};
}

Task<Result<bool>> Run::wait_until(std::int64_t due_us, std::string reason, StillWaits still_waits) {
  const auto self = shared_from_this();
  const std::int64_t began_us = now_us();
  waited_ = true;
  woken_ = false;  // by what happened before; from here on a wake counts
  disarm_deadline();
  if (auto written = co_await suspend(due_us, std::move(reason), std::move(still_waits)); !written)
    co_return fail(written.error());
  waiting_ = true;
  base::failpoint("run.waiting");
  if (!woken_) {
    nap_.emplace();
    const auto cancelled = cancel_token().on_cancel([this] { nap_->cancel("cancelled"); });
    const std::int64_t delay_us = std::max<std::int64_t>(0, due_us - now_us());
    co_await base::sleep_for(loop_, delay_us, nap_->token());
  }
  nap_.reset();
  base::failpoint("run.wait_over");
  record_.deadline_us += now_us() - began_us;
  journal(model::journal::kResumed, "{}");
  store([scope = record_.scope, run = id(), lease = now_us() + context_.lease_us,
         deadline = record_.deadline_us](store::Session& session) -> Result<void> {
    store::Runs(session).set_running(scope, run, lease, deadline);
    return {};
  });
  if (auto written = co_await barrier(); !written) co_return fail(written.error());
  waiting_ = false;
  base::failpoint("run.after_waiting");
  arm_deadline();
  co_return !cancel_token().cancelled();
}

Task<Result<void>> Run::finish(model::RunOutcome outcome, std::string output_json) {
  const auto self = shared_from_this();
  ending_ = true;
  disarm_deadline();
  record_.state = outcome.state;
  record_.error_code = outcome.error_code;
  record_.error_message = outcome.error_message;
  journal(model::journal::kFinished,
          base::JsonObject().text("state", model::to_text(outcome.state)).text("code", outcome.error_code).take());
  store([scope = record_.scope, ending = store::Runs::Ending{id(), record_.fence, waited_, called_}, outcome,
         output_json, now = now_us()](store::Session& session) -> Result<void> {
    if (store::Runs(session).finish(scope, ending, outcome, output_json, now)) return {};
    return fail(ErrorKind::Aborted, "run_lost", "run " + ending.run_id + " was taken over by another host");
  });
  pending_.final = true;
  base::failpoint("run.before_finish");
  const auto written = co_await barrier();
  base::failpoint("run.after_finish");
  co_return written;
}

void Run::arm_deadline() {
  disarm_deadline();
  const std::int64_t delay_us = std::max<std::int64_t>(0, record_.deadline_us - now_us());
  deadline_timer_ = loop_.call_after(delay_us, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->cancel_.cancel("deadline");
  });
}

void Run::disarm_deadline() {
  loop_.cancel(deadline_timer_);
  deadline_timer_ = {0, 0};
}

}  // namespace platos::engine
