#include "governance/rate_limits.hpp"

#include <algorithm>
#include <cmath>

#include "base/network.hpp"
#include "base/text.hpp"

namespace platos::governance {

std::string_view word_of(RateAxis axis) {
  switch (axis) {
    case RateAxis::Ip: return "ip";
    case RateAxis::Token: return "token";
    case RateAxis::User: return "user";
    case RateAxis::Agent: return "agent";
    default: return "environment";
  }
}

namespace {

// Beyond it, callers that are new share one bucket of their axis, and of their environment where they have one: an
// attacker with many names costs no memory, and the callers of others nothing.
constexpr std::size_t kMaxCounters = 200'000;
constexpr std::size_t kHashDigits = 32;
constexpr double kRounding = 0.5;  // of microseconds

// Rows of the store name nobody.
std::string bucket_of(RateAxis axis, std::string_view name) {
  return base::sha256_hex(std::string(word_of(axis)) + '/' + std::string(name)).substr(0, kHashDigits);
}

/// After how long `used` has sunk far enough for one more.
std::int64_t wait_us(double before, double now, std::int64_t into_us, std::int64_t limit) {
  const double window = RateLimits::kWindowUs;
  if (now + 1 <= static_cast<double>(limit)) {
    const double at = window * (1 - (static_cast<double>(limit) - 1 - now) / before);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(at - kRounding)) - into_us);
  }
  const double at = window * (1 - (static_cast<double>(limit) - 1) / now);
  return RateLimits::kWindowUs - into_us +
         std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(at - kRounding)));
}

Error limited(RateAxis axis, std::int64_t limit, std::int64_t wait) {
  Error error;
  error.kind = ErrorKind::ResourceExhausted;
  error.code = "rate_limit";
  error.limited_by = (axis == RateAxis::Environment ? "org" : std::string(word_of(axis))) + "_per_minute";
  error.limit = limit;
  error.retry_after_ms = (wait + 999) / 1000;
  error.retryable = true;
  error.message = "more than " + std::to_string(limit) + " requests a minute for this " + std::string(word_of(axis)) +
                  "; try again in " + std::to_string((error.retry_after_ms + 999) / 1000) + " s";
  return error;
}

}  // namespace

void RateLimits::Counter::move_to(std::int64_t to_us) {
  if (to_us == window_us) return;
  const bool next = to_us - window_us == kWindowUs;
  before = next ? now : 0;
  others_before = next ? others_now : 0;
  changed_before = next && changed;
  changed = false;
  now = others_now = 0;
  window_us = to_us;
}

double RateLimits::Counter::used(std::int64_t into_us) const {
  const double share = 1 - static_cast<double>(into_us) / static_cast<double>(kWindowUs);
  return static_cast<double>(before + others_before) * share + static_cast<double>(now + others_now);
}

void RateLimits::configure(RateRules rules) {
  const std::lock_guard lock(mutex_);
  rules_ = rules;
}

std::int64_t RateLimits::limit_of(RateAxis axis) const {
  switch (axis) {
    case RateAxis::Ip: return rules_.ip;
    case RateAxis::Token: return rules_.token;
    case RateAxis::User: return rules_.user;
    case RateAxis::Agent: return rules_.agent;
    case RateAxis::Environment: return rules_.environment;
    default: return 0;
  }
}

RateLimits::Counter& RateLimits::counter_of(const RateSubject& subject, std::int64_t window_us) {
  auto bucket = bucket_of(subject.axis, subject.name);
  auto found = counters_.find(bucket);
  if (found == counters_.end()) {
    const auto environment = std::string_view(subject.name).substr(0, subject.name.find('/') + 1);
    if (counters_.size() >= kMaxCounters) bucket = bucket_of(subject.axis, std::string(environment) + "everybody else");
    found = counters_.try_emplace(std::move(bucket)).first;
  }
  found->second.move_to(window_us);
  return found->second;
}

Result<RateAllowance> RateLimits::take(const std::vector<RateSubject>& subjects) {
  const std::int64_t now_us = clock_.wall_us();
  const std::int64_t into_us = now_us % kWindowUs;
  const std::lock_guard lock(mutex_);
  std::vector<Counter*> counted;
  RateAllowance least;
  for (const auto& subject : subjects) {
    const std::int64_t limit = limit_of(subject.axis);
    if (limit == 0) continue;
    Counter& counter = counter_of(subject, now_us - into_us);
    const double used = counter.used(into_us);
    if (used + 1 > static_cast<double>(limit)) {
      ++refused_[static_cast<std::size_t>(subject.axis)];
      return fail(limited(subject.axis, limit,
                          wait_us(static_cast<double>(counter.before + counter.others_before),
                                  static_cast<double>(counter.now + counter.others_now), into_us, limit)));
    }
    counted.push_back(&counter);
    const auto remaining = static_cast<std::int64_t>(std::floor(static_cast<double>(limit) - used - 1));
    if (least.limit == 0 || remaining < least.remaining)
      least = {word_of(subject.axis), limit, remaining, (kWindowUs - into_us + 999'999) / 1'000'000};
  }
  for (Counter* counter : counted) {
    ++counter->now;
    counter->changed = true;
  }
  return least;
}

void RateLimits::give_back(const std::vector<RateSubject>& subjects) {
  const std::int64_t now_us = clock_.wall_us();
  const std::lock_guard lock(mutex_);
  for (const auto& subject : subjects) {
    if (limit_of(subject.axis) == 0) continue;
    Counter& counter = counter_of(subject, now_us - now_us % kWindowUs);
    // In another window than it was counted in, it stays there.
    if (counter.now == 0) continue;
    --counter.now;
    counter.changed = true;
  }
}

std::size_t RateLimits::buckets() const {
  const std::lock_guard lock(mutex_);
  return counters_.size();
}

void RateLimits::forget_old(std::int64_t window_us) {
  for (auto at = counters_.begin(); at != counters_.end();) {
    at->second.move_to(window_us);
    at = at->second.matters() ? std::next(at) : counters_.erase(at);
  }
}

std::vector<store::RateCount> RateLimits::take_changes() {
  const std::int64_t now_us = clock_.wall_us();
  const std::lock_guard lock(mutex_);
  forget_old(now_us - now_us % kWindowUs);
  return collect_changes();
}

std::vector<store::RateCount> RateLimits::collect_changes() {
  std::vector<store::RateCount> changes;
  for (auto& [bucket, counter] : counters_) {
    if (changes.size() >= kMaxTold) break;
    if (std::exchange(counter.changed_before, false))
      changes.push_back({bucket, counter.window_us - kWindowUs, counter.before});
    if (std::exchange(counter.changed, false)) changes.push_back({bucket, counter.window_us, counter.now});
  }
  return changes;
}

void RateLimits::keep_changes(const std::vector<store::RateCount>& changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& change : changes) {
    const auto found = counters_.find(change.bucket);
    if (found == counters_.end()) continue;
    auto& flag = change.window_us == found->second.window_us ? found->second.changed : found->second.changed_before;
    flag = true;
  }
}

void RateLimits::merge(const std::vector<store::RateCount>& others) {
  const std::int64_t now_us = clock_.wall_us();
  const std::int64_t window_us = now_us - now_us % kWindowUs;
  const std::lock_guard lock(mutex_);
  for (auto& [bucket, counter] : counters_) {
    counter.move_to(window_us);
    counter.others_now = counter.others_before = 0;
  }
  for (const auto& each : others) {
    if (counters_.size() >= kMaxCounters && counters_.find(each.bucket) == counters_.end()) continue;
    Counter& counter = counters_.try_emplace(each.bucket).first->second;
    counter.move_to(window_us);
    if (each.window_us == window_us) counter.others_now = each.requests;
    if (each.window_us == window_us - kWindowUs) counter.others_before = each.requests;
  }
}

void RateLimits::restore(const std::vector<store::RateCount>& own) {
  const std::int64_t now_us = clock_.wall_us();
  const std::int64_t window_us = now_us - now_us % kWindowUs;
  const std::lock_guard lock(mutex_);
  for (const auto& each : own) {
    Counter& counter = counters_.try_emplace(each.bucket).first->second;
    counter.move_to(window_us);
    if (each.window_us == window_us) counter.now += each.requests;
    if (each.window_us == window_us - kWindowUs) counter.before += each.requests;
  }
}

std::int64_t RateLimits::oldest_window_us() const {
  const std::int64_t now_us = clock_.wall_us();
  return now_us - now_us % kWindowUs - kWindowUs;
}

std::string rate_name_of_address(const std::string& address) { return base::customer_network(address); }

}  // namespace platos::governance
