#include "cli/output.hpp"

#include <catch2/catch.hpp>

using namespace platos::cli;

TEST_CASE("A name that the server gave is made safe for a terminal, as its value is") {
  const std::string text = format_fields({{"a\x1b[31mb\nc", "one"}, {"\u202Eid", "two\x1b]0;x\x07"}});
  CHECK(text == "ab c  one\nid    two\n");
}

TEST_CASE("JSON holds no character that a terminal obeys") {
  for (const auto& [raw, escaped] : std::vector<std::pair<std::string, std::string>>{{"\x1b", "\\u001b"},
                                                                                     {"\x7f", "\\u007f"},
                                                                                     {"\u009b", "\\u009b"},
                                                                                     {"\u061c", "\\u061c"},
                                                                                     {"\u200e", "\\u200e"},
                                                                                     {"\u202e", "\\u202e"},
                                                                                     {"\u2069", "\\u2069"}}) {
    INFO(escaped);
    CHECK(json_text("a" + raw + "z", -1) == "\"a" + escaped + "z\"");
  }
  for (const char* plain : {"\u00e9", "\u061b", "\u061d", "\u2010", "\u20ac"})
    CHECK(json_text(plain, -1) == "\"" + std::string(plain) + "\"");
}
