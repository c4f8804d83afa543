// Runs: rows, journal, stream blocks, timers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/run.hpp"
#include "store/session.hpp"

namespace platos::store {

struct RunFilter {
  std::string user_id;
  bool all_users = false;
  std::string agent_id;   ///< empty: any
  std::string thread_id;  ///< empty: any
  std::string state;      ///< empty: any
  std::int64_t limit = 50;
  std::int64_t offset = 0;
};

/// A block of encoded client events with neighbouring numbers.
struct StreamBlock {
  std::int64_t first_seq = 0;
  std::int64_t last_seq = 0;
  std::string payload;  ///< for each event a 32-bit little-endian length and its JSON
};

/// What a running host writes about its run; refused when the fence is no longer its own.
struct RunProgress {
  std::string run_id;
  std::int64_t fence = 0;
  std::int64_t seq_reserved = 0;
  std::int64_t lease_until_us = 0;
};

/// Who looks for runs to take.
struct Claimant {
  std::string host_id;
  bool restarted = false;  ///< a former process of this host has left runs: they need not expire first
};

struct OpenTurn {
  std::string run_id;
  bool queued = false;
};

/// A view on a session; made where it is used. Throws SqlError.
class Runs {
 public:
  explicit Runs(Session& session) : session_(session) {}

  void insert(const model::RunRecord& run);
  std::optional<model::RunRecord> find(const model::Scope& scope, const std::string& id);
  /// Newest first.
  std::vector<model::RunRecord> list(const model::Scope& scope, const RunFilter& filter);
  std::int64_t count(const model::Scope& scope, const RunFilter& filter);
  /// The user's turn of a thread that began last; one that is queued only when there is no other.
  std::optional<model::RunRecord> newest_turn(const model::Scope& scope, const std::string& user_id,
                                              const std::string& thread_id);
  /// The turns of a thread that have not ended, oldest first. At most one of them is not queued.
  std::vector<OpenTurn> open_turns(const model::Scope& scope, const std::string& thread_id);
  /// Whether there are none.
  [[nodiscard]] bool is_free(const model::Scope& scope, const std::string& thread_id);
  /// Whether a thread has a run of this kind that has not ended.
  bool is_under_way(const model::Scope& scope, const std::string& thread_id, const std::string& kind);

  /// Raises the reserve and renews the lease. False when another host holds the run by now, or it has ended: nothing
  /// was written, and nothing of this host's may be.
  [[nodiscard]] bool progress(const model::Scope& scope, const RunProgress& progress);
  void append_journal(const model::Scope& scope, const std::string& run_id, const model::JournalRow& row);
  void append_stream(const model::Scope& scope, const std::string& run_id, const StreamBlock& block,
                     std::int64_t now_us);
  void set_waiting(const model::Scope& scope, const std::string& run_id, std::int64_t due_us,
                   const std::string& timer_id);
  /// A waiting run is due now. Locks the run first, so that what a run sees after set_waiting() was either there
  /// already, or finds the timer.
  void wake(const model::Scope& scope, const std::string& run_id, std::int64_t now_us);
  void set_running(const model::Scope& scope, const std::string& run_id, std::int64_t lease_until_us,
                   std::int64_t deadline_us);
  /// Which run is ended, and by whom.
  struct Ending {
    std::string run_id;
    std::int64_t fence = 0;
    bool had_timer = true;  ///< false: it never waited, so there is nothing to clear
    bool had_calls = true;  ///< false: it never started a tool call
  };
  /// Tool calls that were started and are not settled become `unknown` in the ledger, those of effect read `failed`;
  /// approvals that nobody has decided are `cancelled`.
  /// False, and nothing is written, when another host holds the run by now or it has ended.
  [[nodiscard]] bool finish(const model::Scope& scope, const Ending& ending, const model::RunOutcome& outcome,
                            const std::string& output_json, std::int64_t now_us);

  std::vector<model::JournalRow> journal(const model::Scope& scope, const std::string& run_id);
  /// Blocks that hold events after `after`, in order, up to about `max_bytes`.
  std::vector<StreamBlock> stream(const model::Scope& scope, const std::string& run_id, std::int64_t after,
                                  std::size_t max_bytes);

  // Over all tenants: the engine's claim, take-over and sweep.

  /// Runs that a host may take: queued and not behind a live turn of their thread; running with an expired lease, or
  /// left by the claimant's former process; waiting ones whose timer is due: the host that waits for them has their
  /// subscribers and goes first, others come 3 s later. Oldest first.
  std::vector<model::RunRecord> claimable(const model::SystemScope&, const Claimant& claimant, std::int64_t now_us,
                                          std::int64_t limit);
  /// Takes a run: writes the fence, lease, deadline, attempt and reserve of `claimed`. False when somebody was faster.
  [[nodiscard]] bool claim(const model::SystemScope&, const model::RunRecord& claimed, std::int64_t former_fence);
  void renew_leases(const model::SystemScope&, const std::string& host_id, std::int64_t lease_until_us);
  /// Leaves the runs of this host to whoever comes: at a drain.
  void release_leases(const model::SystemScope&, const std::string& host_id);
  /// Deletes at most `limit` rows each of old stream blocks, journals and idempotency keys. The number deleted.
  std::int64_t sweep(const model::SystemScope&, std::int64_t stream_before_us, std::int64_t journal_before_us,
                     std::int64_t now_us, std::int64_t limit);

 private:
  Session& session_;
};

}  // namespace platos::store
