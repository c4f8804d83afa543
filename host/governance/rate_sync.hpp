// Keeps the counts of rate limits in the store: for other hosts, and for this one after a restart.
#pragma once

#include <string>

#include "base/cancellation.hpp"
#include "base/logger.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "governance/rate_limits.hpp"
#include "store/database.hpp"

namespace platos::governance {

/// Bound to one loop.
class RateSync {
 public:
  RateSync(RateLimits& limits, store::Database& database, std::string host_id, base::Logger& logger)
      : limits_(limits), database_(database), host_id_(std::move(host_id)), logger_(logger) {}

  /// Takes over what this host had counted before it was started again.
  Task<Result<void>> restore(base::Loop& loop);
  /// Once a second until `stop`: writes what has changed, reads what others counted. A store that cannot be reached
  /// leaves each host with its own counts.
  Task<void> run(base::Loop& loop, base::CancelToken stop);
  /// One round of that.
  Task<Result<void>> exchange(base::Loop& loop);

 private:
  RateLimits& limits_;
  store::Database& database_;
  std::string host_id_;
  base::Logger& logger_;
};

}  // namespace platos::governance
