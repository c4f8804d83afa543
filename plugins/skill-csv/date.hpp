// Dates as ISO 8601 writes them. Pure functions; any thread. No locale and no time zone of the machine is looked at.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace platos::skill_csv {

struct Instant {
  std::int64_t seconds = 0;  ///< since 1970-01-01T00:00:00Z
  std::int32_t nanoseconds = 0;

  auto operator<=>(const Instant&) const = default;
};

/// Reads "2024-02-29", "2024-02-29T12:30", "2024-02-29 12:30:05.25Z", "2024-02-29T12:30:05+02:00"; years 0000 to 9999.
/// Text without an offset is taken as UTC, a date without a time as its midnight. Digits behind nanoseconds are
/// ignored. Nothing for days that do not exist and for every other way to write a date: 03/04/2024 does not say which
/// is the day.
std::optional<Instant> parse_date(std::string_view text);

}  // namespace platos::skill_csv
