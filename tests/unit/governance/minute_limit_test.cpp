#include "governance/minute_limit.hpp"

#include <catch2/catch.hpp>

namespace platos::governance {

TEST_CASE("So many in any minute, each caller alone, and the error says when the next is let through") {
  MinuteLimit limit("tests", "tests", 2);
  const std::int64_t second_us = 1'000'000;
  CHECK(limit.take("ann", 0));
  CHECK(limit.take("ann", 10 * second_us));
  CHECK(limit.take("bob", 10 * second_us));
  const auto refused = limit.take("ann", 59 * second_us);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "rate_limit");
  CHECK(refused.error().limited_by == "tests");
  CHECK(refused.error().limit == 2);
  CHECK(refused.error().retryable);
  CHECK(refused.error().retry_after_ms == 1001);
  CHECK(limit.take("ann", 60 * second_us));
  CHECK_FALSE(limit.take("ann", 69 * second_us));
  CHECK(limit.take("ann", 70 * second_us));
}

TEST_CASE("Callers without number cost no memory without end, and one who is refused is still refused") {
  MinuteLimit limit("tests", "tests", 1);
  for (int i = 0; i < 9'999; ++i) CHECK(limit.take("old" + std::to_string(i), 0));
  CHECK(limit.take("ann", 61'000'000));
  CHECK(limit.take("bob", 61'000'000));  // here the old ones go
  CHECK_FALSE(limit.take("ann", 62'000'000));
}

}  // namespace platos::governance
