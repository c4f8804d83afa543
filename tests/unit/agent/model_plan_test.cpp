#include "agent/model_plan.hpp"

#include <catch2/catch.hpp>

#include "base/clock.hpp"

namespace platos::agent {
namespace {

using model::ModelRoute;
using model::RetryRule;
using Trigger = RetryRule::Trigger;
using Action = RetryRule::Action;

Error failure(const std::string& code, bool retryable = true, std::int64_t retry_after_ms = 0) {
  return {ErrorKind::Unavailable, code, "it failed", retryable, retry_after_ms, {}};
}
const Error kLimited = failure("provider_rate_limited");
const Error kDown = failure("provider_unavailable");
const Error kUnauthenticated = failure("provider_unauthenticated", false);
const Error kRefused = failure("upstream_unreachable");

RetryRule fallback(Trigger trigger, const std::string& label) {
  return {trigger, Action::Fallback, 0, 500, 2, true, label};
}
RetryRule retry(Trigger trigger, std::int64_t count, std::int64_t backoff_ms = 100) {
  return {trigger, Action::Retry, count, backoff_ms, 2, true, ""};
}

ModelPlan plan_with(std::vector<RetryRule> rules) {
  ModelPlan plan;
  plan.routes = {{"main", "a:one", "", true}, {"spare", "b:two", "key_b", false}, {"last", "c:three", "", false}};
  plan.primary = plan.routes.front();
  plan.rules = std::move(rules);
  return plan;
}

PlanWalker walker_of(std::vector<RetryRule> rules, std::int64_t max_wait_ms = 60'000) {
  return {plan_with(std::move(rules)), model::default_retry_rules(), max_wait_ms};
}

std::string told(const NextMove& move) {
  switch (move.kind) {
    case NextMove::Kind::Retry: return "retry after " + std::to_string(move.wait_ms);
    case NextMove::Kind::Fallback: return "to " + move.route.label;
    default: return "give up";
  }
}

}  // namespace

TEST_CASE("A plan begins with the chosen label, then the default route, then the agent's own model") {
  model::AgentConfig config;
  config.model = "a:own";
  config.provider_key_id = "key_a";
  CHECK(plan_of(config).primary == ModelRoute{"", "a:own", "key_a", true});
  config.model_routes = {{"x", "b:x", "key_x", false}, {"y", "c:y", "", true}};
  CHECK(plan_of(config).primary.label == "y");
  config.chosen_route = "x";
  CHECK(plan_of(config).primary == ModelRoute{"x", "b:x", "key_x", false});
  config.chosen_route = "no such label";
  CHECK(plan_of(config).primary.label == "y");
  config.model_routes[1].is_default = false;
  CHECK(plan_of(config).primary.model == "a:own");
}

TEST_CASE("Without rules the host's hold: two doubling retries, one for a network, none for a refused key") {
  auto walker = walker_of({});
  CHECK(told(walker.after(kLimited)) == "retry after 500");
  CHECK(told(walker.after(kLimited)) == "retry after 1000");
  CHECK(told(walker.after(kLimited)) == "give up");
  CHECK(told(walker.after(kRefused)) == "retry after 250");
  CHECK(told(walker.after(kRefused)) == "give up");
  CHECK(told(walker.after(kUnauthenticated)) == "give up");
  CHECK(told(walker.after(failure("provider_invalid_request", false))) == "give up");
}

TEST_CASE("Retry-After goes before the back-off, and nothing is waited for longer than the limit") {
  CHECK(told(walker_of({}).after(failure("provider_rate_limited", true, 7000))) == "retry after 7000");
  CHECK(told(walker_of({}, 6000).after(failure("provider_rate_limited", true, 7000))) == "give up");
  auto deaf = retry(Trigger::RateLimit, 1);
  deaf.wait_for_retry_after = false;
  CHECK(told(walker_of({deaf}).after(failure("provider_rate_limited", true, 7000))) == "retry after 100");
  CHECK(told(walker_of({retry(Trigger::RateLimit, 1)}).after(failure("provider_rate_limited", false))) == "give up");
}

TEST_CASE("Rules are gone through in their order, and each trigger has its own") {
  auto walker = walker_of({retry(Trigger::TemporaryError, 1), fallback(Trigger::TemporaryError, "spare"),
                           fallback(Trigger::AuthError, "last")});
  CHECK(told(walker.after(kDown)) == "retry after 100");
  const auto move = walker.after(kDown);
  CHECK(told(move) == "to spare");
  CHECK(move.route.provider_key_id == "key_b");
  // The spare has its own tries.
  CHECK(told(walker.after(kDown)) == "retry after 100");
  CHECK(told(walker.after(kUnauthenticated)) == "to last");
  CHECK(told(walker.after(kDown)) == "retry after 100");
  CHECK(told(walker.after(kDown)) == "give up");
}

TEST_CASE("A rule that says fail ends it, whatever follows") {
  RetryRule fail_at_once;
  fail_at_once.trigger = Trigger::RateLimit;
  auto walker = walker_of({fail_at_once, fallback(Trigger::RateLimit, "spare")});
  CHECK(told(walker.after(kLimited)) == "give up");
}

TEST_CASE("No route is gone to twice, nor back to where the call began") {
  auto walker = walker_of({fallback(Trigger::RateLimit, "spare"), fallback(Trigger::TemporaryError, "spare"),
                           fallback(Trigger::TemporaryError, "main"), fallback(Trigger::TemporaryError, "last")});
  CHECK(told(walker.after(kLimited)) == "to spare");
  CHECK(told(walker.after(kDown)) == "to last");
  CHECK(told(walker.after(kDown)) == "give up");
  CHECK_FALSE(walker.next_fallback());
}

TEST_CASE("A fallback that leads nowhere is passed over") {
  auto walker = walker_of({fallback(Trigger::RateLimit, "gone"), fallback(Trigger::RateLimit, "spare")});
  CHECK(told(walker.after(kLimited)) == "to spare");
}

TEST_CASE("For a model that is known to be down, the fallbacks come in their order") {
  auto walker = walker_of(
      {retry(Trigger::RateLimit, 2), fallback(Trigger::RateLimit, "spare"), fallback(Trigger::AuthError, "last")});
  CHECK(walker.next_fallback()->label == "spare");
  CHECK(walker.next_fallback()->label == "last");
  CHECK_FALSE(walker.next_fallback());
  // Those that were passed over do not come again.
  CHECK(told(walker.after(kUnauthenticated)) == "give up");
}

TEST_CASE("A breaker opens after five failures in a row, for 30 s; then one more failure is enough") {
  base::ManualClock clock;
  Breakers breakers;
  const auto fail_times = [&](int times) {
    for (int i = 0; i < times; ++i) breakers.note_failure("key", clock.monotonic_us());
  };
  fail_times(4);
  breakers.note_success("key");
  fail_times(4);
  CHECK_FALSE(breakers.is_open("key", clock.monotonic_us()));
  fail_times(1);
  CHECK(breakers.is_open("key", clock.monotonic_us()));
  CHECK_FALSE(breakers.is_open("other", clock.monotonic_us()));
  clock.advance_us(29'999'999);
  CHECK(breakers.is_open("key", clock.monotonic_us()));
  clock.advance_us(1);
  CHECK_FALSE(breakers.is_open("key", clock.monotonic_us()));
  fail_times(1);
  CHECK(breakers.is_open("key", clock.monotonic_us()));
  breakers.note_success("key");
  CHECK_FALSE(breakers.is_open("key", clock.monotonic_us()));
  fail_times(4);
  CHECK_FALSE(breakers.is_open("key", clock.monotonic_us()));
}

}  // namespace platos::agent
