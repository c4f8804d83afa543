// CLOCK_MONOTONIC, the clock of every due time and of the stamps in the tokens.
#pragma once

#include <ctime>

#include <cstdint>
#include <limits>

namespace platos::tests::mock {

inline constexpr std::int64_t kNeverNs = std::numeric_limits<std::int64_t>::max();

inline std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace platos::tests::mock
