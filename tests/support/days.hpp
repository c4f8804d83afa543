// The day, in UTC, that "today" means to the daemon.
#pragma once

#include <catch2/catch.hpp>
#include <ctime>

#include "support/waiting.hpp"

namespace platos::tests {

/// For a test that asks for what was done today: where the day ends within a minute, it begins on the next one.
inline void stay_within_a_day() {
  constexpr std::time_t kDay = 24 * 60 * 60;
  constexpr std::time_t kEnough = 60;
  REQUIRE(wait_until([] { return std::time(nullptr) % kDay < kDay - kEnough; }, 70'000));
}

}  // namespace platos::tests
