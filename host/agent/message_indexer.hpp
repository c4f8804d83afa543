// Keeps the full-text index over messages, in the background.
#pragma once

#include <cstdint>
#include <string>

#include "base/cancellation.hpp"
#include "base/logger.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "store/database.hpp"

namespace platos::agent {

struct IndexerOptions {
  std::string host_id;                   ///< who does it, where hosts share a store
  std::int64_t every_us = 300'000;       ///< how soon something new is noticed
  std::int64_t pause_us = 10'000;        ///< between two commits
  std::int64_t window = 1024;            ///< messages that one look may pass over
  std::int64_t batch = 16;               ///< messages of one commit
  std::size_t batch_bytes = 256 * 1024;  ///< of their texts, about
  std::int64_t lease_us = 5'000'000;     ///< how long others leave it to this host
};

/// Finds what is new by the order of insertion, which costs whoever inserts nothing: turns, edits and forks alike. A
/// message whose turn is under way is looked at again until it has ended. How far it came stands in the store with what
/// it wrote: it goes on there after a crash, and nothing is entered twice. Bound to one loop.
class MessageIndexer {
 public:
  enum class Outcome { Unspecified, Done, More, Elsewhere };

  MessageIndexer(store::Database& database, base::Logger& logger, IndexerOptions options)
      : database_(database), logger_(logger), options_(std::move(options)) {}

  /// Until `stop`. An index that cannot be written falls behind, and catches up.
  Task<void> run(base::Loop& loop, base::CancelToken stop);
  /// One look, and at most one commit. Elsewhere: another host does it.
  Task<Result<Outcome>> step(base::Loop& loop);

 private:
  struct Plan;
  struct Batch;
  Result<Plan> look(store::Session& session, std::int64_t cursor, std::int64_t now_us) const;
  void look_for_late_ones(store::Session& session, Plan& plan, Batch& batch) const;
  void look_for_new_ones(store::Session& session, Plan& plan, Batch& batch) const;
  static void enter(store::Session& session, Plan& plan, const Batch& batch);
  static Result<bool> write(store::Session& session, const Plan& plan);

  store::Database& database_;
  base::Logger& logger_;
  IndexerOptions options_;
  std::int64_t cursor_ = 0;              // messages up to here were looked at, as far as they could be seen
  std::uint64_t quiet_at_ = UINT64_MAX;  // writes of the store when nothing was left to do
};

}  // namespace platos::agent
