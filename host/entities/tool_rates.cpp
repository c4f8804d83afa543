#include "entities/tool_rates.hpp"

#include <algorithm>

namespace platos::entities {
namespace {

constexpr std::int64_t kWindowUs = 60'000'000;

}  // namespace

Result<void> ToolRates::take(const std::string& tool, const std::string& shown, std::int64_t per_minute,
                             std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (calls_.size() >= sweep_at_) sweep(now_us);
  auto& times = calls_[tool];
  while (!times.empty() && times.front() <= now_us - kWindowUs) times.pop_front();
  if (times.size() < static_cast<std::size_t>(per_minute)) {
    times.push_back(now_us);
    return {};
  }
  // The call that leaves room for one more: the limit may be lower than it was.
  const std::int64_t leaves_us = times[times.size() - static_cast<std::size_t>(per_minute)] + kWindowUs;
  const std::int64_t after_s = (leaves_us - now_us + 999'999) / 1'000'000;
  Error error;
  error.kind = ErrorKind::ResourceExhausted;
  error.code = "rate_limit";
  error.message = shown + " takes " + std::to_string(per_minute) + " calls a minute, and had them; call it again in " +
                  std::to_string(after_s) + " seconds. Nothing was called";
  error.retryable = true;
  error.retry_after_ms = after_s * 1000;
  error.limited_by = "tool";
  error.limit = per_minute;
  return fail(std::move(error));
}

// What was not called for a minute is not remembered; the map grows with what is called, and no further.
void ToolRates::sweep(std::int64_t now_us) {
  std::erase_if(calls_,
                [now_us](const auto& each) { return each.second.empty() || each.second.back() <= now_us - kWindowUs; });
  sweep_at_ = std::max(kSweptAt, 2 * calls_.size());
}

std::size_t ToolRates::counted_tools() const {
  const std::lock_guard lock(mutex_);
  return calls_.size();
}

}  // namespace platos::entities
