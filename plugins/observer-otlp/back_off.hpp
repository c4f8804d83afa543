// When a signal may be sent again after a failure. Never waits itself. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>

namespace platos::observer_otlp {

class BackOff {
 public:
  explicit BackOff(std::uint32_t seed) : random_(seed) {}

  /// Times are of the monotonic clock.
  bool ready(std::int64_t now_ns) const { return now_ns >= next_ns_; }

  /// Doubles the pause from 1 s to 1 min, give or take a quarter, so that many daemons do not come back at once. What
  /// the server asks for counts when it is longer.
  void failed(std::int64_t now_ns, std::optional<std::int64_t> retry_after_ms) {
    constexpr std::int64_t kLongestMs = 60'000;
    const std::int64_t pause_ms = std::min(kLongestMs, std::int64_t{1000} << std::min(failures_++, 6));
    const std::int64_t spread_ms = pause_ms * std::uniform_int_distribution<int>(75, 125)(random_) / 100;
    next_ns_ = now_ns + std::max(spread_ms, retry_after_ms.value_or(0)) * 1'000'000;
  }

  void succeeded() {
    failures_ = 0;
    next_ns_ = std::numeric_limits<std::int64_t>::min();
  }

 private:
  std::minstd_rand random_;
  int failures_ = 0;
  std::int64_t next_ns_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace platos::observer_otlp
