#include "base/text.hpp"

#include <catch2/catch.hpp>
#include <set>

namespace platos::base {

TEST_CASE("Cutting at every byte leaves valid UTF-8 that is as long as it can be") {
  const std::string text = "a\xC3\xA9-\xE2\x82\xAC-\xF0\x9F\x98\x80z";
  const std::set<std::size_t> borders = {0, 1, 3, 4, 7, 8, 12, 13};
  REQUIRE(text.size() == 13);
  for (std::size_t max = 0; max <= text.size() + 2; ++max) {
    const auto cut = cut_utf8(text, max);
    INFO("at " << max);
    CHECK(is_valid_utf8(cut));
    CHECK(text.compare(0, cut.size(), cut) == 0);
    CHECK(cut.size() == *std::prev(borders.upper_bound(max)));
  }
}

TEST_CASE("UTF-8 is told from what is not") {
  for (const char* good : {"", "abc", "\xC3\xA9", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) CHECK(is_valid_utf8(good));
  for (const char* bad : {"\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xF5"}) {
    CHECK_FALSE(is_valid_utf8(bad));
  }
}

TEST_CASE("Foreign text in errors is printable and short") {
  CHECK(printable("plain text") == "plain text");
  CHECK(printable("a\nb\x1B\x7F\xC3\xA9") == "a?b????");
  CHECK(printable(std::string(200, 'x'), 10) == "xxxxxxxxxx...");
}

TEST_CASE("Trimming, lowering, comparing and splitting") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n ").empty());
  CHECK(to_lower("AbZ\xC3\x89[") == "abz\xC3\x89[");
  CHECK(equals_ignoring_case("Content-TYPE", "content-type"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split("a,", ',') == std::vector<std::string_view>{"a", ""});
}

TEST_CASE("Unsigned numbers are digits only and must fit") {
  std::uint64_t number = 0;
  CHECK(parse_uint64("0", number));
  CHECK(parse_uint64("18446744073709551615", number));
  CHECK(number == UINT64_MAX);
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "18446744073709551616"}) {
    INFO(bad);
    CHECK_FALSE(parse_uint64(bad, number));
  }
}

TEST_CASE("The closest candidate is found when it is near enough to be meant") {
  const std::vector<std::string> candidates = {"http.listen", "log.level", "log.format"};
  CHECK(closest("http.lisen", candidates) == "http.listen");
  CHECK(closest("log.levle", candidates) == "log.level");
  CHECK(closest("log.format", candidates) == "log.format");
  CHECK(closest("zzzzzzzzzzzz", candidates).empty());
  CHECK(closest("", candidates).empty());
  CHECK(closest("x", {}).empty());
}

TEST_CASE("A word is not taken for one that shares no letter with it") { CHECK(closest("ab", {"xy"}).empty()); }

TEST_CASE("Comparing in constant time agrees with comparing") {
  const std::string secret(64, 'k');
  CHECK(equals_in_constant_time(secret, std::string(64, 'k')));
  for (std::size_t i = 0; i < secret.size(); ++i) {
    std::string other = secret;
    other[i] = 'K';
    CHECK_FALSE(equals_in_constant_time(secret, other));
  }
  CHECK_FALSE(equals_in_constant_time(secret, secret.substr(1)));
  CHECK(equals_in_constant_time({}, {}));
}

TEST_CASE("Digests and random bytes are lower-case hex") {
  CHECK(to_hex(std::string_view("\x00\x0f\xff", 3)) == "000fff");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(random_hex(16).size() == 32);
  CHECK(random_hex(16) != random_hex(16));
  CHECK(random_hex(0).empty());
}

}  // namespace platos::base
