#include "date.hpp"

#include <chrono>
#include <cstddef>

#include "take.hpp"

namespace platos::skill_csv {
namespace {

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// Takes exactly `count` digits.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == text.size() || !is_digit(text[i])) return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

std::optional<std::int64_t> take_day_seconds(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 86'400;
}

/// Takes "12:30" as seconds.
std::optional<int> take_hours_minutes(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return (*hour * 60 + *minute) * 60;
}

std::optional<std::int32_t> take_fraction(std::string_view& text) {
  std::int32_t nanoseconds = 0;
  std::size_t count = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++count) {
    if (count < 9) nanoseconds = nanoseconds * 10 + (text.front() - '0');
  }
  if (count == 0) return std::nullopt;
  for (; count < 9; ++count) nanoseconds *= 10;
  return nanoseconds;
}

/// Takes "Z", "+02:00" or nothing, as seconds east of UTC.
std::optional<int> take_offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return 0;
  const bool west = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto offset = take_hours_minutes(text);
  if (!offset) return std::nullopt;
  return west ? -*offset : *offset;
}

}  // namespace

std::optional<Instant> parse_date(std::string_view text) {
  const auto day = take_day_seconds(text);
  if (!day) return std::nullopt;
  Instant instant{*day, 0};
  if (text.empty()) return instant;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  const auto minutes = take_hours_minutes(text);
  if (!minutes) return std::nullopt;
  instant.seconds += *minutes;
  if (take(text, ':')) {
    const auto seconds = take_number(text, 2);
    if (!seconds || *seconds > 59) return std::nullopt;
    instant.seconds += *seconds;
    if (take(text, '.')) {
      const auto fraction = take_fraction(text);
      if (!fraction) return std::nullopt;
      instant.nanoseconds = *fraction;
    }
  }
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  instant.seconds -= *offset;
  return instant;
}

}  // namespace platos::skill_csv
