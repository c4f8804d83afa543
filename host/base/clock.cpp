#include "base/clock.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace platos::base {
namespace {
constexpr std::int64_t kManualStartUs = 1'893'456'000'000'000;  // 2030-01-01

template <typename SomeClock>
std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(SomeClock::now().time_since_epoch()).count();
}
}  // namespace

std::int64_t SystemClock::wall_us() const { return now_us<std::chrono::system_clock>(); }
std::int64_t SystemClock::monotonic_us() const { return now_us<std::chrono::steady_clock>(); }

std::int64_t ManualClock::wall_us() const {
  const std::lock_guard lock(mutex_);
  return kManualStartUs + elapsed_us_;
}
std::int64_t ManualClock::monotonic_us() const {
  const std::lock_guard lock(mutex_);
  return 1'000'000 + elapsed_us_;
}
void ManualClock::on_change(std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(changed));
}
void ManualClock::advance_us(std::int64_t us) {
  std::vector<std::function<void()>> listeners;
  {
    const std::lock_guard lock(mutex_);
    elapsed_us_ += us;
    listeners = listeners_;
  }
  for (const auto& changed : listeners) changed();
}

std::string format_iso8601(std::int64_t wall_us) {
  const std::int64_t before = wall_us % 1'000'000 < 0 ? 1 : 0;  // division rounds toward zero, time does not
  const std::time_t seconds = wall_us / 1'000'000 - before;
  const int milliseconds = static_cast<int>((wall_us - seconds * 1'000'000) / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  const int size =
      std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                    parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds);
  return {text, static_cast<std::size_t>(size)};
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%Y-%m-%d", &parts);
  if (end == nullptr || *end != '\0' || text.size() != 10) return std::nullopt;
  const std::int64_t us = static_cast<std::int64_t>(::timegm(&parts)) * 1'000'000;
  // What is no day, such as February 30, comes out as another.
  return format_iso8601(us).starts_with(text) ? std::optional(us) : std::nullopt;
}

}  // namespace platos::base
