#include "base/json_text.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::base {
namespace {
std::string encoded(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}
std::string round(std::string_view text) { return nlohmann::json::parse(encoded(text)).get<std::string>(); }
constexpr const char* kReplacement = "\xEF\xBF\xBD";
}  // namespace

TEST_CASE("Every byte value alone gives a JSON string that parses") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    INFO("byte " << byte);
    CHECK(round(text) == (byte < 0x80 ? text : std::string(kReplacement)));
  }
}

TEST_CASE("Every pair of bytes gives a JSON string that parses, and valid UTF-8 comes back as it was") {
  bool all = true;
  for (int pair = 0; pair < 65'536; ++pair) {
    const std::string text = {static_cast<char>(pair >> 8), static_cast<char>(pair & 255)};
    const auto parsed = nlohmann::json::parse(encoded(text), nullptr, false);
    const bool fine = parsed.is_string() && (!is_valid_utf8(text) || parsed.get<std::string>() == text);
    if (!fine) FAIL_CHECK("pair " << pair);
    all = all && fine;
  }
  CHECK(all);
}

TEST_CASE("Any byte anywhere in a text, and two of them, give what a JSON library writes") {
  bool all = true;
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t place = 0; place < 27; ++place) {
      std::string text = "abcdefghijklmnopqrstuvwxü";
      text.insert(std::min(place, std::size_t{23}), 1, static_cast<char>(byte));
      if (place % 3 == 0) text += static_cast<char>(byte);
      // The library has short forms for two more.
      if (byte == '\b' || byte == '\f') {
        all = all && round(text) == text;
      } else if (encoded(text) != nlohmann::json(text).dump()) {
        FAIL_CHECK("byte " << byte << " at " << place);
      }
    }
  }
  CHECK(all);
}

TEST_CASE("Invalid UTF-8 becomes U+FFFD and leaves what is around it") {
  CHECK(round("a\xFF"
              "b") == std::string("a") + kReplacement + "b");
  CHECK(round("\xC0\x80") == std::string(kReplacement) + kReplacement);  // overlong
  CHECK(round("\xED\xA0\x80x").find('x') != std::string::npos);          // a surrogate
  CHECK(round("\xE2\x82") == std::string(kReplacement) + kReplacement);  // cut
  CHECK(round("\xE2\x82\xAC\xFF\n") == "\xE2\x82\xAC" + std::string(kReplacement) + "\n");
}

TEST_CASE("The string stays on one line and is appended to what was there") {
  std::string out = "x=";
  append_json_string(out, "line\nline\r\t\"\\\x01");
  CHECK(out == "x=\"line\\nline\\r\\t\\\"\\\\\\u0001\"");
  CHECK(encoded("") == "\"\"");
  CHECK(encoded(std::string_view("\0", 1)) == "\"\\u0000\"");
}

TEST_CASE("an object is written member by member, in the order given") {
  CHECK(JsonObject().take() == "{}");
  CHECK(JsonObject().text("a", "x\"y").number("b", -7).boolean("c", true).json("d", R"({"e":[1]})").take() ==
        R"({"a":"x\"y","b":-7,"c":true,"d":{"e":[1]}})");
}

}  // namespace platos::base
