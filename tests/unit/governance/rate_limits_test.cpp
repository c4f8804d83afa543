#include "governance/rate_limits.hpp"

#include <catch2/catch.hpp>

namespace platos::governance {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kWindowUs = RateLimits::kWindowUs;

struct Limits {
  base::ManualClock clock;
  RateLimits limits;
  RateSubject alice{RateAxis::User, "env_1/alice"};

  explicit Limits(RateRules rules) : limits(clock, rules) {}
  bool takes(const RateSubject& subject) { return limits.take({subject}).has_value(); }
  /// How many requests are let through at this moment.
  int burst(const RateSubject& subject) {
    int taken = 0;
    while (taken < 10'000 && takes(subject)) ++taken;
    return taken;
  }
};

RateRules users(std::int64_t limit) {
  RateRules rules;
  rules.user = limit;
  return rules;
}

}  // namespace

TEST_CASE("so many requests a minute are let through, and then none until some have aged") {
  Limits stage(users(60));
  CHECK(stage.burst(stage.alice) == 60);
  const auto refused = stage.limits.take({stage.alice});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "rate_limit");
  CHECK(refused.error().limited_by == "user_per_minute");
  CHECK(refused.error().limit == 60);
  // All of them were made at the beginning of a window: only in the next one do they begin to count less.
  CHECK(refused.error().retry_after_ms == 61'000);
  stage.clock.advance_us(refused.error().retry_after_ms * 1000 - 10'000);
  CHECK_FALSE(stage.takes(stage.alice));
  stage.clock.advance_us(10'000);
  CHECK(stage.takes(stage.alice));
}

TEST_CASE("a burst at the end of a minute leaves little for the beginning of the next") {
  Limits stage(users(100));
  stage.clock.advance_us(59 * kSecondUs);
  CHECK(stage.burst(stage.alice) == 100);
  stage.clock.advance_us(2 * kSecondUs);
  CHECK(stage.burst(stage.alice) <= 2);
  stage.clock.advance_us(29 * kSecondUs);
  const int half = stage.burst(stage.alice);
  CHECK(half >= 46);
  CHECK(half <= 50);
}

TEST_CASE("never more than the limit and its share pass within 60 seconds, however requests are spread") {
  Limits stage(users(50));
  std::vector<std::int64_t> passed;
  for (int i = 0; i < 3'000; ++i) {
    if (stage.takes(stage.alice)) passed.push_back(stage.clock.wall_us());
    stage.clock.advance_us((i * 7919) % 211 * 1000);
  }
  REQUIRE(passed.size() > 200);
  for (std::size_t first = 0, last = 0; last < passed.size(); ++last) {
    while (passed[last] - passed[first] >= kWindowUs) ++first;
    CHECK(last - first + 1 <= 75);  // two fixed windows side by side would let 100 through
  }
}

TEST_CASE("requests that are refused, or given back, do not count") {
  Limits stage(users(10));
  CHECK(stage.burst(stage.alice) == 10);
  for (int i = 0; i < 1'000; ++i) CHECK_FALSE(stage.takes(stage.alice));
  stage.clock.advance_us(2 * kWindowUs);
  CHECK(stage.burst(stage.alice) == 10);
  stage.limits.give_back({stage.alice});
  CHECK(stage.burst(stage.alice) == 1);
}

TEST_CASE("a request counts for all of its subjects or for none") {
  RateRules rules = users(100);
  rules.environment = 3;
  Limits stage(rules);
  const RateSubject environment{RateAxis::Environment, "env_1"};
  for (int i = 0; i < 3; ++i) REQUIRE(stage.limits.take({stage.alice, environment}));
  const auto refused = stage.limits.take({stage.alice, environment});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().limited_by == "org_per_minute");
  const auto allowed = stage.limits.take({stage.alice});
  REQUIRE(allowed);
  CHECK(allowed->remaining == 96);
}

TEST_CASE("the allowance is that of the bucket with the least left") {
  RateRules rules = users(5);
  rules.token = 100;
  Limits stage(rules);
  stage.clock.advance_us(20 * kSecondUs);
  const auto allowed = stage.limits.take({{RateAxis::Token, "t"}, stage.alice});
  REQUIRE(allowed);
  CHECK(allowed->bucket == "user");
  CHECK(allowed->limit == 5);
  CHECK(allowed->remaining == 4);
  CHECK(allowed->reset_s == 40);
  CHECK(stage.limits.take({{RateAxis::Ip, "unlimited"}})->limit == 0);
}

TEST_CASE("users of different environments, and different users, have buckets of their own") {
  Limits stage(users(2));
  CHECK(stage.burst(stage.alice) == 2);
  CHECK(stage.burst({RateAxis::User, "env_2/alice"}) == 2);
  CHECK(stage.burst({RateAxis::User, "env_1/bob"}) == 2);
}

TEST_CASE("what other hosts counted counts here, and what this one counted before it was started again") {
  Limits here(users(10));
  Limits there(users(10));
  for (int i = 0; i < 4; ++i) REQUIRE(there.takes(there.alice));
  const auto told = there.limits.take_changes();
  REQUIRE(told.size() == 1);
  CHECK(told[0].requests == 4);
  CHECK(there.limits.take_changes().empty());
  here.limits.merge(told);
  here.limits.merge(told);
  CHECK(here.burst(here.alice) == 6);
  here.limits.merge({});
  CHECK(here.burst(here.alice) == 4);

  Limits again(users(10));
  again.limits.restore(told);
  CHECK(again.burst(again.alice) == 6);
  again.clock.advance_us(kWindowUs + kWindowUs / 2);
  CHECK(again.burst(again.alice) == 5);
}

TEST_CASE("what was not told is told later: of the window before, and after a failure") {
  Limits stage(users(10));
  stage.clock.advance_us(59 * kSecondUs);
  for (int i = 0; i < 3; ++i) REQUIRE(stage.takes(stage.alice));
  stage.clock.advance_us(2 * kSecondUs);
  REQUIRE(stage.takes(stage.alice));
  const auto told = stage.limits.take_changes();
  REQUIRE(told.size() == 2);
  CHECK(told[0].window_us + kWindowUs == told[1].window_us);
  CHECK(told[0].requests == 3);
  CHECK(told[1].requests == 1);
  CHECK(stage.limits.take_changes().empty());
  stage.limits.keep_changes(told);
  CHECK(stage.limits.take_changes().size() == 2);
  stage.limits.give_back({stage.alice});
  REQUIRE(stage.limits.take_changes().size() == 1);
}

TEST_CASE("buckets are forgotten also while other hosts tell theirs") {
  Limits stage(users(3));
  for (int i = 0; i < 5'000; ++i) stage.limits.take({{RateAxis::User, "env/" + std::to_string(i)}});
  std::size_t told = 0;
  for (std::size_t some = 1; some > 0; told += some) some = stage.limits.take_changes().size();
  CHECK(told == 5'000);
  for (int i = 0; i < 3; ++i) {
    stage.clock.advance_us(kWindowUs);
    stage.limits.take_changes();
    stage.limits.merge({{"of another host", stage.clock.wall_us() - stage.clock.wall_us() % kWindowUs, 1}});
  }
  CHECK(stage.limits.buckets() <= 1);
}

TEST_CASE("buckets that no longer matter are forgotten, and a flood of new ones shares one") {
  Limits stage(users(3));
  for (int i = 0; i < 200'000; ++i) stage.limits.take({{RateAxis::User, std::to_string(i)}});
  CHECK(stage.burst({RateAxis::User, "a"}) == 3);
  CHECK(stage.burst({RateAxis::User, "b"}) == 0);
  CHECK(stage.burst({RateAxis::User, "env_2/c"}) == 3);  // another environment's strangers have one of their own
  CHECK(stage.burst({RateAxis::User, "env_2/d"}) == 0);
  CHECK(stage.burst({RateAxis::User, "7"}) == 2);
  stage.clock.advance_us(3 * kWindowUs);
  stage.limits.take_changes();
  CHECK(stage.burst({RateAxis::User, "a"}) == 3);
  CHECK(stage.burst({RateAxis::User, "b"}) == 3);
}

TEST_CASE("an IPv6 customer has one bucket for all its addresses") {
  CHECK(rate_name_of_address("203.0.113.9") == "203.0.113.9");
  CHECK(rate_name_of_address("::ffff:203.0.113.9") == "203.0.113.9");
  CHECK(rate_name_of_address("2001:db8:1:2::1") == rate_name_of_address("2001:db8:1:2:ffff::9"));
  CHECK(rate_name_of_address("2001:db8:1:2::1") != rate_name_of_address("2001:db8:1:3::1"));
}

}  // namespace platos::governance
