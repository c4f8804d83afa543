// The engine: starts runs, keeps them alive across crashes, cancels, drains, sweeps.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run.hpp"
#include "ports/task_body.hpp"

namespace platos::engine {

struct EngineOptions {
  std::string host_id;  ///< of this data directory; its lock proves that no other process has it
  std::int64_t max_running = 10'000;
  std::int64_t takeover_min_us = 60'000'000;
  std::int64_t lease_us = 30'000'000;
  std::size_t ring_bytes = 1024 * 1024;
  std::int64_t stream_retention_us = 0;
  std::int64_t journal_retention_us = 0;
  std::int64_t sweep_every_us = 3'600'000'000;
};

/// A run that was started while its acceptance is being written.
struct Submission {
  std::shared_ptr<Run> run;
  base::Completion<Result<void>> accepted;
};

/// Internally synchronised, except where a function says on which loop it is called. A run lives on the loop it was
/// submitted on; recovered runs are spread.
class Engine {
 public:
  Engine(EngineOptions options, store::Database& database, base::Logger& logger, base::IdMaker& ids,
         std::vector<base::Loop*> loops);
  /// Only when the loops no longer run.
  ~Engine();
  /// Drops the frames of the runs that are left, which refer to what their bodies use. When the loops no longer run,
  /// and before any of that goes.
  void abandon() { slots_.clear(); }

  /// Before start(). `body` must outlive the engine.
  void register_body(std::string kind, ports::TaskBody& body);

  /// Told of every run that starts here, on its loop. Before start().
  void on_launch(std::function<void(const Run&)> notice) { on_launch_ = std::move(notice); }

  /// Takes back the runs that a former process of this data directory left, and begins polling, renewing, sweeping.
  /// Called on the first loop.
  Task<Result<void>> start();

  /// Starts a run on the calling loop, at once; its acceptance is one commit: `work`, the run row, the journal's
  /// `accepted` row with `first_event`. If that commit fails, the run is lost and its body is told to give up.
  Submission submit(model::RunRecord record, Run::StoreWork work, const model::Event& first_event);
  /// The same without starting: the run is queued and starts when its thread is free.
  Task<Result<void>> enqueue(base::Loop& loop, model::RunRecord record, Run::StoreWork work);

  /// Unavailable "overloaded" or "draining" when no run may begin now; refused before a row is written.
  Result<void> admits() const;

  std::shared_ptr<Run> find_live(std::string_view run_id) const;
  std::size_t live_count() const;
  /// Live ones that are not suspended.
  std::size_t busy_count() const;
  /// The turns of a thread that are under way here, oldest first; those too whose acceptance is being written.
  std::vector<std::shared_ptr<Run>> live_turns(const model::Scope& scope, std::string_view thread_id) const;
  /// Calls `notice` on `loop` once, when the queued run starts here or is cancelled.
  void when_live(std::string_view run_id, base::Loop& loop, std::function<void()> notice);

  /// Cancels a run in any state. NotFound for another scope's. Conflict "run_finished" when it has ended.
  Task<Result<void>> cancel(base::Loop& loop, model::Scope scope, std::string run_id);

  /// No new runs from now on; completes when the live ones have ended or are suspended, or `within_us` is over. What is
  /// left then is left to take-over. Called on the first loop.
  Task<void> drain(std::int64_t within_us);
  bool draining() const { return draining_.load(); }

  /// Something that a suspended run waits for has happened, and stands in the store. Any thread.
  void wake(const std::string& run_id);

  /// Claims whatever is due now. Called by itself each second; tests and finished runs call it too. Any thread.
  void poke();

  RunContext& context() { return context_; }

 private:
  static constexpr std::int64_t kFreshReserve = 4096;  // numbers of events that a claim sets aside

  struct Slot {
    base::Loop* loop;
    std::unique_ptr<base::TaskSet> tasks;
  };

  Slot& slot_of_this_loop();
  Task<void> drive(std::shared_ptr<Run> run);
  Task<void> end_failed(Run& run, std::string failure);
  void launch(Slot& slot, const std::shared_ptr<Run>& run);
  void remove(const Run& run);
  void tell_awaiting(const std::string& run_id);
  void note_waiting(const std::string& thread_id);
  /// One waits less. False when none was known to wait.
  bool drop_waiting(const std::string& thread_id);
  Task<Result<std::size_t>> claim_due(bool restarted);
  Task<Result<void>> claim_one(model::RunRecord run);
  Task<void> poll();
  Task<void> renew();
  Task<void> sweep();
  void escaped(std::string_view task, std::exception_ptr failure);

  EngineOptions options_;
  store::Database& database_;
  base::Logger& logger_;
  RunContext context_;
  std::vector<Slot> slots_;
  std::size_t next_slot_ = 0;
  std::map<std::string, ports::TaskBody*, std::less<>> bodies_;
  std::function<void(const Run&)> on_launch_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Run>, std::less<>> live_;
  std::multimap<std::string, std::shared_ptr<Run>, std::less<>> live_turns_;  // by thread
  std::map<std::string, int, std::less<>> queued_;  // threads with turns that wait here; polling finds the rest
  std::multimap<std::string, std::pair<base::Loop*, std::function<void()>>, std::less<>> awaited_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> polling_{false};
  base::CancelSource stopping_;
};

}  // namespace platos::engine
