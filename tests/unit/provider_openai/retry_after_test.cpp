#include "common/provider/retry_after.hpp"

#include <catch2/catch.hpp>

using platos::provider_common::parse_retry_after_ms;

namespace {

constexpr std::int64_t kNovember1994Ms = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT

}  // namespace

TEST_CASE("seconds, whole and in fractions") {
  CHECK(parse_retry_after_ms("0", 5) == 0);
  CHECK(parse_retry_after_ms(" 20 ", 5) == 20000);
  CHECK(parse_retry_after_ms("1.25", 5) == 1250);
  CHECK(parse_retry_after_ms("3600", 5) == 3600000);
  CHECK(parse_retry_after_ms("3601", 5) == 3600000);
}

TEST_CASE("a date counts from now") {
  const char* const kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(parse_retry_after_ms(kDate, kNovember1994Ms - 1500) == 1500);
  CHECK(parse_retry_after_ms(kDate, kNovember1994Ms) == 0);
  CHECK(parse_retry_after_ms(kDate, kNovember1994Ms + 1) == 0);
  CHECK(parse_retry_after_ms(kDate, 0) == 3600000);
  CHECK(parse_retry_after_ms("Thu, 29 Feb 2024 00:00:01 GMT", 1709164800000) == 1000);
}

TEST_CASE("anything else is no waiting time") {
  for (const char* text :
       {"", " ", "-1", "+1", "1s", "1e3", "inf", "nan", ".", "1.2.3", "soon", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, xx Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"}) {
    INFO(text);
    CHECK_FALSE(parse_retry_after_ms(text, kNovember1994Ms).has_value());
  }
  CHECK_FALSE(parse_retry_after_ms(std::string(400, '9'), 0).has_value());
}
