#include "governance/minute_limit.hpp"

namespace platos::governance {
namespace {

constexpr std::int64_t kLimitedMinuteUs = 60'000'000;
constexpr std::size_t kMaxLimitedCallers = 10'000;

}  // namespace

Result<void> MinuteLimit::take(const std::string& caller, std::int64_t monotonic_us) {
  const std::int64_t oldest_us = monotonic_us - kLimitedMinuteUs;
  const std::lock_guard lock(mutex_);
  if (taken_.size() >= kMaxLimitedCallers)
    std::erase_if(taken_, [oldest_us](const auto& each) { return each.second.back() <= oldest_us; });
  if (taken_.size() >= kMaxLimitedCallers) taken_.clear();
  auto& times = taken_[caller];
  while (!times.empty() && times.front() <= oldest_us) times.pop_front();
  if (times.size() < limit_) {
    times.push_back(monotonic_us);
    return {};
  }
  Error error;
  error.kind = ErrorKind::ResourceExhausted;
  error.code = "rate_limit";
  error.message = std::to_string(limit_) + " " + what_ + " a minute; wait a little";
  error.retryable = true;
  error.retry_after_ms = (times.front() + kLimitedMinuteUs - monotonic_us) / 1000 + 1;
  error.limited_by = name_;
  error.limit = static_cast<std::int64_t>(limit_);
  return fail(error);
}

}  // namespace platos::governance
