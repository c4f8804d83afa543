// The only source of time. Components take a Clock&; tests inject a ManualClock.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::base {

/// Internally synchronised. All values are microseconds.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Since 1970-01-01T00:00:00Z. May jump.
  virtual std::int64_t wall_us() const = 0;

  /// Since an arbitrary start. Never goes back.
  virtual std::int64_t monotonic_us() const = 0;

  /// False for a clock that moves only when a test says so: a loop then sleeps until it is woken.
  virtual bool runs_by_itself() const { return true; }

  /// Calls `changed` whenever a clock that does not run by itself was moved. Lasts as long as the clock.
  virtual void on_change(std::function<void()>) {}
};

class SystemClock final : public Clock {
 public:
  std::int64_t wall_us() const override;
  std::int64_t monotonic_us() const override;
};

/// Starts at 2030-01-01 and stands still until advance().
class ManualClock final : public Clock {
 public:
  std::int64_t wall_us() const override;
  std::int64_t monotonic_us() const override;
  bool runs_by_itself() const override { return false; }
  void on_change(std::function<void()> changed) override;

  void advance_us(std::int64_t us);
  void advance_ms(std::int64_t ms) { advance_us(ms * 1000); }

 private:
  mutable std::mutex mutex_;
  std::int64_t elapsed_us_ = 0;
  std::vector<std::function<void()>> listeners_;
};

/// "2030-01-01T00:00:00.000Z".
std::string format_iso8601(std::int64_t wall_us);
/// The beginning of a day "2026-11-23" in UTC; nullopt for anything else.
std::optional<std::int64_t> parse_date(std::string_view text);

}  // namespace platos::base
