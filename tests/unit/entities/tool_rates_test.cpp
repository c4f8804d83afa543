#include "entities/tool_rates.hpp"

#include <catch2/catch.hpp>

namespace platos::entities {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

}  // namespace

TEST_CASE("A tool takes so many calls in any minute, and says when to come again") {
  ToolRates rates;
  CHECK(rates.take("a", "\"a\"", 2, 0));
  CHECK(rates.take("a", "\"a\"", 2, 10 * kSecondUs));
  const auto refused = rates.take("a", "\"a\"", 2, 20 * kSecondUs);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::ResourceExhausted);
  CHECK(refused.error().code == "rate_limit");
  CHECK(refused.error().retry_after_ms == 40'000);
  CHECK(refused.error().limit == 2);
  CHECK(refused.error().message.find("40 seconds") != std::string::npos);
  CHECK_FALSE(rates.take("a", "\"a\"", 2, 60 * kSecondUs - 1));
  CHECK(rates.take("a", "\"a\"", 2, 60 * kSecondUs));
  CHECK_FALSE(rates.take("a", "\"a\"", 2, 70 * kSecondUs - 1));
}

TEST_CASE("Tools are counted apart, and a lower limit holds at once") {
  ToolRates rates;
  for (int i = 0; i < 5; ++i) CHECK(rates.take("a", "a", 5, i * kSecondUs));
  CHECK(rates.take("b", "b", 1, 5 * kSecondUs));
  const auto refused = rates.take("a", "a", 2, 5 * kSecondUs);
  REQUIRE_FALSE(refused);
  // The fourth of the five must be gone, so that one is left.
  CHECK(refused.error().retry_after_ms == 58'000);
}

TEST_CASE("Tools that are no longer called are not remembered") {
  ToolRates rates;
  for (int i = 0; i < 10'000; ++i) CHECK(rates.take("t" + std::to_string(i), "t", 1, i * kSecondUs));
  CHECK(rates.counted_tools() <= 1100);
}

}  // namespace platos::entities
