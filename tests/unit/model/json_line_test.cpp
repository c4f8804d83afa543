// Texts that pass unchanged, texts that are made anew, and the same refusals as parse_bounded's.
#include "model/json_line.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

std::string line_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto line = one_line(text, "the text", limits);
  return line ? *line : line.error().code;
}

std::string around(int depth, const std::string& inner) {
  return std::string(static_cast<std::size_t>(depth), '[') + inner + std::string(static_cast<std::size_t>(depth), ']');
}

/// A text of this many values: an array and what is in it.
std::string values(int count) {
  std::string text = "[0";
  for (int i = 2; i < count; ++i) text += ",0";
  return text + "]";
}

}  // namespace

TEST_CASE("a line of JSON passes as it came, spaces and numbers too") {
  for (const std::string text : {R"({"b": 1, "a": [true, null, "x\n\"ü"], "c": {"a": 2}})", R"("text")", "12",
                                 "  [1.50, -0, 1e3]  ", "{}", "[]", R"([{"a":1},{"a":2}])", R"({"":{"":{}}})"}) {
    CHECK(line_of(text) == text);
  }
  const std::string many = values(20'000);
  CHECK(line_of(many) == many);
  CHECK(line_of(around(64, "")) == around(64, ""));
}

TEST_CASE("line ends between values go, and the last of equal names stands") {
  CHECK(line_of("{\n  \"a\": 1,\r\n  \"b\": [ ]\n}") == R"({"a":1,"b":[]})");
  CHECK(line_of(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
  CHECK(line_of(R"([[{"x":{"a":1,"a":2}}]])") == R"([[{"x":{"a":2}}]])");
  CHECK(line_of("{\"a\":1,\"\\u0061\":3}") == R"({"a":3})");
}

TEST_CASE("what the quick reader does not take is read with care") {
  CHECK(line_of("\"\\u00fc\"") == "\"ü\"");
  CHECK(line_of("[123456789012345678901234567890]") == "[1.2345678901234568e+29]");
  const std::string large = '"' + std::string(200'000, 'x') + '"';
  CHECK(line_of(large) == large);
}

TEST_CASE("what parse_bounded refuses is refused in its words") {
  JsonLimits few;
  few.max_nodes = 5;
  few.max_bytes = 20;
  const JsonLimits usual;
  const std::vector<std::pair<std::string, JsonLimits>> cases = {
      {"", usual},
      {"{", usual},
      {"[1,]", usual},
      {"[01]", usual},
      {"nul", usual},
      {"\"\xFF\"", usual},
      {"[1] [2]", usual},
      {"\xEF\xBB\xBF[]", usual},
      {"\"a\tb\"", usual},
      {"\"\\udc00\"", usual},
      {"\"\\ud800\"", usual},
      {"[1e400]", usual},
      {std::string("[1\0]", 4), usual},
      {around(65, ""), usual},
      {around(64, "{}"), usual},
      {values(6), few},
      {R"(["01234567890123456789"])", few},
      {"[1,2,3,4,{}]", few},
  };
  for (const auto& [text, limits] : cases) {
    INFO(text);
    const auto parsed = parse_bounded(text, "the text", limits);
    const auto line = one_line(text, "the text", limits);
    REQUIRE_FALSE(parsed);
    REQUIRE_FALSE(line);
    CHECK(line.error().code == parsed.error().code);
    CHECK(line.error().message == parsed.error().message);
  }
  CHECK(line_of(values(5), few) == values(5));
}

}  // namespace platos::model
