// Time left and time gone by, on the steady clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace platos::tests::chaos {

using Clock = std::chrono::steady_clock;

inline std::int64_t ms_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

/// Negative when it has passed.
inline int ms_until(Clock::time_point end) { return -static_cast<int>(ms_since(end)); }

}  // namespace platos::tests::chaos
