#include "time_window.hpp"

#include <catch2/catch.hpp>

#include "rules.hpp"

using namespace governor_rules_test;

namespace {

rules::TimeWindow window(const Json& json) {
  const Json rule = {{"id", "a"}, {"decision", "deny"}, {"times", Json::array({json})}};
  return set_of({rule}).rules[0].times[0];
}

}  // namespace

TEST_CASE("a window of office hours holds on its days, in its zone") {
  const auto hours = window({{"zone", "Europe/Berlin"}, {"days", {"mon", "fri"}}, {"from", "09:00"}, {"to", "17:30"}});
  // 2026-01-05 is a Monday.
  CHECK(hours.holds(at("2026-01-05 09:00", "Europe/Berlin")));
  CHECK(hours.holds(at("2026-01-05 17:29", "Europe/Berlin")));
  CHECK_FALSE(hours.holds(at("2026-01-05 17:30", "Europe/Berlin")));
  CHECK_FALSE(hours.holds(at("2026-01-05 08:59", "Europe/Berlin")));
  CHECK_FALSE(hours.holds(at("2026-01-06 12:00", "Europe/Berlin")));
  CHECK(hours.holds(at("2026-01-09 12:00", "Europe/Berlin")));
  CHECK(hours.holds(at("2026-01-05 08:00")));
  CHECK_FALSE(hours.holds(at("2026-01-05 07:59")));
  // In summer Berlin is two hours ahead.
  CHECK(hours.holds(at("2026-07-06 07:00")));
  CHECK_FALSE(hours.holds(at("2026-07-06 15:30")));
}

TEST_CASE("a window over midnight belongs to the day it begins on") {
  const auto night = window({{"days", {"sat"}}, {"from", "22:00"}, {"to", "06:00"}});
  // 2026-01-03 is a Saturday.
  CHECK(night.holds(at("2026-01-03 22:00")));
  CHECK(night.holds(at("2026-01-04 05:59")));
  CHECK_FALSE(night.holds(at("2026-01-04 06:00")));
  CHECK_FALSE(night.holds(at("2026-01-04 22:30")));
  CHECK_FALSE(night.holds(at("2026-01-03 05:00")));
}

TEST_CASE("dates bound a window, the last one inside") {
  const auto freeze = window({{"zone", "Asia/Tokyo"}, {"first_day", "2026-12-24"}, {"last_day", "2027-01-01"}});
  CHECK_FALSE(freeze.holds(at("2026-12-23 23:59", "Asia/Tokyo")));
  CHECK(freeze.holds(at("2026-12-24 00:00", "Asia/Tokyo")));
  CHECK(freeze.holds(at("2027-01-01 23:59", "Asia/Tokyo")));
  CHECK_FALSE(freeze.holds(at("2027-01-02 00:00", "Asia/Tokyo")));
}

TEST_CASE("when clocks change, the clock on the wall decides") {
  const auto hour = window({{"zone", "Europe/Berlin"}, {"from", "02:00"}, {"to", "03:00"}});
  // 2026-03-29: 01:59 is followed by 03:00. 2026-10-25: 02:00 to 03:00 comes twice.
  CHECK_FALSE(hour.holds(at("2026-03-29 00:59")));
  CHECK_FALSE(hour.holds(at("2026-03-29 01:00")));
  CHECK(hour.holds(at("2026-10-25 00:30")));
  CHECK(hour.holds(at("2026-10-25 01:30")));
  CHECK_FALSE(hour.holds(at("2026-10-25 02:00")));
}

TEST_CASE("times and days are read strictly") {
  CHECK(rules::time_of_day("24:00") == std::chrono::minutes(1440));
  CHECK(rules::time_of_day("00:01") == std::chrono::minutes(1));
  for (const char* bad : {"", "9:00", "24:01", "12:60", "1200", "12-00", "ab:cd", "12:000"}) {
    CHECK_FALSE(rules::time_of_day(bad));
  }
  CHECK(rules::day_of("2028-02-29"));
  for (const char* bad : {"", "2026-02-29", "2026-13-01", "26-01-01", "2026/01/01", "2026-1-01", "2026-00-10"}) {
    CHECK_FALSE(rules::day_of(bad));
  }
  CHECK(rules::zone_named("America/New_York") != nullptr);
  CHECK(rules::zone_named("Mars/Olympus") == nullptr);
  CHECK(rules::zone_named("../../etc/passwd") == nullptr);
}
