#include "base/time_text.hpp"

#include <catch2/catch.hpp>

#include "base/clock.hpp"

namespace platos::base {

TEST_CASE("Times are read as days and as ISO 8601 in UTC, and nothing else is one") {
  CHECK(parse_time("1970-01-02") == 86'400'000'000);
  CHECK(parse_time("1970-01-01T00:00:01Z") == 1'000'000);
  CHECK(parse_time("1970-01-01T01:02:03.5Z") == 3'723'500'000);
  CHECK(parse_time("1970-01-01T00:00:00.000001Z") == 1);
  CHECK(parse_time(format_iso8601(1'893'456'000'123'000)) == 1'893'456'000'123'000);
  for (const char* bad :
       {"", "now", "1970-01-01T", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
        "1970-01-01T00:00:60Z", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-01-01T00:00:00+01:00",
        "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567Z", "1970-01-01T0x:00:00Z", "1970-01-01T00:00:00ZZ"}) {
    INFO(bad);
    CHECK_FALSE(parse_time(bad));
  }
}

}  // namespace platos::base
