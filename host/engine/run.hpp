// A run in progress: what its body uses to speak, to remember, to wait and to end.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.hpp"
#include "base/completion.hpp"
#include "base/ids.hpp"
#include "base/logger.hpp"
#include "base/result.hpp"
#include "base/task_set.hpp"
#include "engine/event_log.hpp"
#include "model/run.hpp"
#include "store/database.hpp"

namespace platos::engine {

/// What runs share. Everything outlives the engine.
struct RunContext {
  store::Database& database;
  base::Logger& logger;
  base::IdMaker& ids;
  std::string host_id;
  std::int64_t lease_us = 30'000'000;
  std::size_t ring_bytes = 1024 * 1024;
};

/// Bound to its loop. Writes are queued in order and ride in commits: settled events and barriers ask for one at once,
/// the rest within 250 ms. One write of a run is under way at a time, and each carries the run's fence.
class Run : public std::enable_shared_from_this<Run> {
 public:
  using StoreWork = std::function<Result<void>(store::Session&)>;

  /// `first_seq`: 1, or behind the numbers that a former attempt may have used. `journal`: what stands already.
  Run(RunContext& context, base::Loop& loop, base::TaskSet& tasks, model::RunRecord record, std::int64_t first_seq,
      std::vector<model::JournalRow> journal);

  const model::RunRecord& record() const { return record_; }
  const std::string& id() const { return record_.id; }
  base::Loop& loop() const { return loop_; }
  base::TaskSet& tasks() const { return tasks_; }
  RunContext& context() const { return context_; }
  std::int64_t now_us() const { return loop_.clock().wall_us(); }

  /// The journal when this attempt began; empty for a fresh run. A body that finds rows goes on from them.
  const std::vector<model::JournalRow>& former_journal() const { return former_journal_; }
  const std::shared_ptr<EventLog>& events() const { return events_; }

  /// Tells clients. Settled events become visible with the next commit, which this asks for.
  std::int64_t emit(const model::Event& event);
  /// Adds a journal row to the next commit; it notes the last event so far.
  void journal(std::string_view kind, std::string payload_json);
  /// Adds further writes to the next commit.
  void store(StoreWork work);
  /// Waits until everything so far is on disk. An error means that the run is no longer ours: return from the body.
  /// A full disk is no error: it waits and tries again.
  Task<Result<void>> barrier();

  /// Everything from here on is void if the step is done again: the first number after the newest settled decision.
  std::int64_t discard_from() const { return durable_seq_ + 1; }

  /// Whether a run that is being suspended still has something to wait for; asked in the transaction that suspends it.
  using StillWaits = std::function<bool(store::Session&)>;

  /// After a read or write of its own has failed: true, a second later, when the store may take the next one; false
  /// when it will not, or the run is cancelled or lost.
  Task<bool> may_try_again(Error error) const;

  /// Suspends: journals `waiting`, gives the lease back, keeps this frame and all subscribers, and goes on at `due_us`
  /// (wall clock), or when it is woken, under the same fence. The time does not count for the deadline. False:
  /// cancelled meanwhile.
  Task<Result<bool>> wait_until(std::int64_t due_us, std::string reason, StillWaits still_waits = {});
  /// What wait_until() waits for may have happened. On the run's loop.
  void wake();
  /// Suspended now. Any thread.
  bool waiting() const { return waiting_.load(); }

  /// The end: writes the outcome together with everything queued, then closes the stream.
  Task<Result<void>> finish(model::RunOutcome outcome, std::string output_json);
  bool finished() const { return finished_; }

  /// Cancelled by a person ("cancelled"), by time ("deadline"), or because the run is not ours ("lost").
  base::CancelToken cancel_token() const { return cancel_.token(); }
  /// True when nothing may be written any more: the acceptance failed, or another host has the run.
  bool lost() const { return lost_; }

  // The engine's side.

  /// Writes a fresh run's first commit: what `work` writes, the first event, the journal's first row. Completes when it
  /// is on disk, with its error otherwise.
  base::Completion<Result<void>> accept(StoreWork work, const model::Event& first_event);
  /// Stops the body at once, and completes `recorded` when the wish is on disk: whoever takes the run over keeps it.
  /// Conflict "run_finished" when the end is being written already.
  void cancel(base::Completion<Result<void>> recorded);
  void arm_deadline();

 private:
  struct Batch {
    std::vector<StoreWork> work;
    std::vector<model::JournalRow> journal;
    store::StreamBlock stream;
    std::int64_t seq_reserved = 0;
    bool accepting = false;
    bool final = false;
    std::vector<base::Completion<Result<void>>> waiters;
  };

  Task<Result<void>> suspend(std::int64_t due_us, std::string reason, StillWaits still_waits);
  void report_next_commit(base::Completion<Result<void>> waiter);
  bool has_pending() const;
  void flush_soon();
  void flush_now();
  Task<void> write_batches();
  Result<void> write(store::Session& session, const Batch& batch) const;
  void settle(Batch& batch, const Result<void>& outcome);
  void disarm_deadline();

  RunContext& context_;
  base::Loop& loop_;
  base::TaskSet& tasks_;
  model::RunRecord record_;
  std::vector<model::JournalRow> former_journal_;
  std::shared_ptr<EventLog> events_;
  base::CancelSource cancel_;
  Batch pending_;
  std::int64_t next_journal_n_ = 1;
  std::int64_t durable_seq_ = 0;
  bool writing_ = false;
  bool wanted_ = false;
  bool timer_armed_ = false;
  bool waited_ = false;
  bool woken_ = false;
  std::atomic<bool> waiting_{false};
  std::optional<base::CancelSource> nap_;
  bool called_ = false;
  bool ending_ = false;
  bool finished_ = false;
  bool lost_ = false;
  base::Loop::TimerId deadline_timer_{0, 0};
};

}  // namespace platos::engine
