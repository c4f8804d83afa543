// How often tools are called: of those that say how often they may be.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "base/result.hpp"

namespace platos::entities {

/// Internally synchronised. Counts the calls of this host in any 60 s, by tool.
class ToolRates {
 public:
  /// Counts one call. ResourceExhausted "rate_limit" with retry_after_ms: nothing is counted. `tool` is whatever tells
  /// tools apart; `shown` names it to people.
  Result<void> take(const std::string& tool, const std::string& shown, std::int64_t per_minute, std::int64_t now_us);

  std::size_t counted_tools() const;

 private:
  static constexpr std::size_t kSweptAt = 1000;
  void sweep(std::int64_t now_us);

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<std::int64_t>> calls_;  // monotonic times, oldest first
  std::size_t sweep_at_ = kSweptAt;
};

}  // namespace platos::entities
