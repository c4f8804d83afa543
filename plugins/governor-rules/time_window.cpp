#include "time_window.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace platos::governor_rules {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// The digits of "00" at `at`, or -1.
int number_at(std::string_view text, std::size_t at, std::size_t digits) noexcept {
  int number = 0;
  for (const char digit : text.substr(at, digits)) {
    if (digit < '0' || digit > '9') return -1;
    number = number * 10 + (digit - '0');
  }
  return number;
}

}  // namespace

bool TimeWindow::begins_on(date::local_days day) const {
  if (first_day && day < *first_day) return false;
  if (last_day && day > *last_day) return false;
  return days.test(date::weekday(day).c_encoding());
}

bool TimeWindow::holds(WallTime now) const {
  const auto local = zone->to_local(now);
  const auto today = date::floor<date::days>(local);
  const auto time = local - today;
  if (from < to) return begins_on(today) && time >= from && time < to;
  return (begins_on(today) && time >= from) || (begins_on(today - date::days(1)) && time < to);
}

const date::time_zone* zone_named(std::string_view name) {
  try {
    const date::time_zone* zone = date::locate_zone(std::string(name));
    // The data of a zone are read when it is first used, which is not to be in the middle of a check.
    (void)zone->to_local(WallTime{});
    return zone;
  } catch (const std::exception&) {
    return nullptr;
  }
}

std::optional<std::size_t> day_named(std::string_view name) noexcept {
  const auto found = std::find(kDays.begin(), kDays.end(), name);
  if (found == kDays.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kDays.begin());
}

std::optional<std::chrono::minutes> time_of_day(std::string_view text) noexcept {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hours = number_at(text, 0, 2);
  const int minutes = number_at(text, 3, 2);
  if (hours < 0 || minutes < 0 || minutes > 59) return std::nullopt;
  const std::chrono::minutes time{hours * 60 + minutes};
  return time <= kWholeDay ? std::optional(time) : std::nullopt;
}

std::optional<date::local_days> day_of(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = number_at(text, 0, 4);
  const int month = number_at(text, 5, 2);
  const int day = number_at(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const date::year_month_day whole{date::year(year), date::month(static_cast<unsigned>(month)),
                                   date::day(static_cast<unsigned>(day))};
  if (!whole.ok()) return std::nullopt;
  return date::local_days(whole);
}

}  // namespace platos::governor_rules
