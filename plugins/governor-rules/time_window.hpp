// Times of day, days of the week and dates in a time zone: when a rule holds.
#pragma once

#include <date/tz.h>

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

namespace platos::governor_rules {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

inline constexpr std::chrono::minutes kWholeDay{24 * 60};

/// Immutable. `from` is inside, `to` is not. A window whose `to` is before its `from` goes over midnight, and belongs
/// to the day it begins on. Where clocks are put forward or back, what the clock on the wall shows decides.
struct TimeWindow {
  const date::time_zone* zone = nullptr;  ///< of the process's time zone data, which stay
  std::bitset<7> days{0x7F};              ///< Sunday is 0
  std::chrono::minutes from{0};
  std::chrono::minutes to = kWholeDay;
  std::optional<date::local_days> first_day;
  std::optional<date::local_days> last_day;  ///< inside as well

  bool holds(WallTime now) const;

 private:
  bool begins_on(date::local_days day) const;
};

/// The zone of an IANA name such as "Europe/Berlin"; nothing when the system has none of this name. Reads files.
const date::time_zone* zone_named(std::string_view name);

/// "sun" to "sat" -> 0 to 6.
std::optional<std::size_t> day_named(std::string_view name) noexcept;

/// "09:30"; up to "24:00".
std::optional<std::chrono::minutes> time_of_day(std::string_view text) noexcept;

/// "2026-12-24", of a day that there is.
std::optional<date::local_days> day_of(std::string_view text) noexcept;

}  // namespace platos::governor_rules
