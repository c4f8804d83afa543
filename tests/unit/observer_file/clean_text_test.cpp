#include "common/clean_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using platos::plugin_common::clean_text;

TEST_CASE("well-formed text stays as it is") {
  for (const std::string text : {"", "plain", "caf\u00e9", "\u20ac", "\U0001F600", "\uFFFD\uFFFF", "\U0010FFFF"}) {
    CHECK(clean_text(text, 100) == text);
  }
  CHECK(clean_text(std::string(1, '\0'), 100) == std::string(1, '\0'));
}

TEST_CASE("ill-formed parts become replacement characters, one for each maximal part") {
  const std::pair<std::string, std::string> cases[] = {
      {"\x80", "\uFFFD"},                                // continues nothing
      {"\xff", "\uFFFD"},                                // never used
      {"a\xe2\x82", "a\uFFFD"},                          // cut
      {"\xe2\x82z", "\uFFFDz"},                          // interrupted
      {"\xf0\x9f\x98", "\uFFFD"},                        // cut later
      {"\xc0\xaf", "\uFFFD\uFFFD"},                      // overlong in two bytes
      {"\xe0\x80\x80", "\uFFFD\uFFFD\uFFFD"},            // overlong in three
      {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},            // surrogate
      {"\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // past the last character
      {"\xf0\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // overlong in four
      {"\xc3\xc3\xa9", "\uFFFD\u00e9"},                  // the next one is whole
  };
  for (const auto& [bytes, text] : cases) CHECK(clean_text(bytes, 100) == text);
}

TEST_CASE("any two bytes, and any three with a lead byte, become what a JSON library takes") {
  int refused = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      for (const int third : {-1, 0x61, 0x80, 0xbf, 0xff}) {
        std::string bytes = {static_cast<char>(first), static_cast<char>(second)};
        if (third >= 0) bytes += static_cast<char>(third);
        const nlohmann::json text = clean_text(bytes, 100);
        try {
          static_cast<void>(text.dump());  // throws when it is not UTF-8
        } catch (const nlohmann::json::exception&) {
          ++refused;
        }
      }
    }
  }
  CHECK(refused == 0);
}

TEST_CASE("the bound holds at every length and no character is split") {
  const std::string text = "ab\u00e9\u20ac\U0001F600\xff\xffzz";  // 2 + 2 + 3 + 4 bytes, 2 to be replaced, 2
  for (std::size_t bound = 3; bound <= 20; ++bound) {
    CAPTURE(bound);
    const std::string cut = clean_text(text, bound);
    CHECK(cut.size() <= bound);
    CHECK(clean_text(cut, 100) == cut);
    CHECK(cut.ends_with("\u2026") == (bound < 19));
  }
  CHECK(clean_text("abcd", 4) == "abcd");
  CHECK(clean_text("abcde", 4) == "a\u2026");
}
