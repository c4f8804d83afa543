#include "api/paging.hpp"

#include <catch2/catch.hpp>

using namespace platos::api;

namespace {

/// The number read from ?n=text with 7 as fallback and 1 to 50 as limits; -1 for an error.
std::int64_t number(const std::string& text) {
  Call call;
  call.query.emplace("n", text);
  const auto read = query_number(call, "n", 7, 1, 50);
  if (!read) CHECK(read.error().code == "invalid_field");
  return read.value_or(-1);
}

}  // namespace

TEST_CASE("a number that is missing is the fallback, one out of range the nearest") {
  CHECK(query_number(Call(), "n", 7, 1, 50) == 7);
  CHECK(number("") == 7);
  CHECK(number("8") == 8);
  CHECK(number("007") == 7);
  CHECK(number("0") == 1);
  CHECK(number("51") == 50);
  CHECK(number("-3") == 1);
  CHECK(number("9223372036854775808") == 50);
  CHECK(number("18446744073709551615") == 50);
}

TEST_CASE("what is no whole number is an error") {
  for (const char* text :
       {"NaN", "x", "1.0", "1e3", "0x1", " 1", "1 ", "+1", "-", "--1", "-x", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK(number(text) == -1);
  }
}
