#include "model/json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

std::string nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}
std::string code_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto parsed = parse_bounded(text, "the text", limits);
  if (parsed) return "ok";
  CHECK(parsed.error().message.find("the text: ") == 0);
  return parsed.error().code;
}

}  // namespace

TEST_CASE("Depth 64 passes and 65 fails, for arrays, objects and both") {
  CHECK(code_of(nested(64, "[", "]")) == "ok");
  CHECK(code_of(nested(65, "[", "]")) == "json_too_deep");
  CHECK(code_of(nested(63, R"({"a":)", "}").insert(63 * 5, "{}")) == "ok");
  CHECK(code_of(nested(64, R"({"a":)", "}").insert(64 * 5, "{}")) == "json_too_deep");
  CHECK(code_of(nested(63, R"({"a":)", "}").insert(63 * 5, "[1]")) == "ok");
  CHECK(code_of(nested(500'000, "[", "]")) == "json_too_deep");
  CHECK(code_of(std::string(500'000, '[')) == "json_too_deep");
}

TEST_CASE("Nodes are counted up to the limit, containers too") {
  JsonLimits limits;
  limits.max_nodes = 5;
  CHECK(code_of("[1,2,3,4]", limits) == "ok");
  CHECK(code_of("[1,2,3,4,5]", limits) == "json_too_many_nodes");
  CHECK(code_of(R"({"a":[],"b":{},"c":1,"d":null})", limits) == "ok");
  CHECK(code_of("[[],[],[],[],[]]", limits) == "json_too_many_nodes");
  std::string many = "[0";
  for (int i = 1; i < 99'999; ++i) many += ",0";
  CHECK(code_of(many + "]") == "ok");
  CHECK(code_of(many + ",0]") == "json_too_many_nodes");
}

TEST_CASE("Bytes are counted up to the limit") {
  JsonLimits limits;
  limits.max_bytes = 4;
  CHECK(code_of("true", limits) == "ok");
  const auto large = parse_bounded("false", "body", limits);
  REQUIRE_FALSE(large);
  CHECK(large.error().kind == ErrorKind::TooLarge);
  CHECK(large.error().code == "json_too_large");
  CHECK(large.error().message == "body: 5 bytes, at most 4 are read");
}

TEST_CASE("Text that is not UTF-8, not JSON, cut, or followed by more is refused") {
  CHECK(code_of("\"\xFF\"") == "json_not_utf8");
  CHECK(code_of("\"\xED\xA0\x80\"") == "json_not_utf8");
  for (const char* bad : {"", " ", "{", "[1,]", "{\"a\":}", "{'a':1}", "01", "1 2", "nul", "NaN", "\"\n\"", "\"\\x\"",
                          "\"\\ud800\"", "/**/1", "[1]x", "+1", ".5", "1e"}) {
    INFO(bad);
    CHECK(code_of(bad) == "json_malformed");
  }

  CHECK(parse_bounded("", "body").error().message == "body: not JSON: it is empty");
  CHECK(parse_bounded("[1,x]", "body").error().message == "body: not JSON: syntax error at byte 4");
}

TEST_CASE("What follows a zero byte is not ignored", "[finding]") {
  CHECK(code_of(std::string_view("1\0", 2)) == "json_malformed");
  CHECK(code_of(std::string_view("{}\0{", 4)) == "json_malformed");
}

TEST_CASE("Huge numbers are refused or become fractions, never something else") {
  CHECK(code_of("1e999") == "json_malformed");
  CHECK(code_of("-1e999") == "json_malformed");
  CHECK(code_of(std::string(5000, '9')) == "json_malformed");
  CHECK(parse_bounded("9223372036854775807", "n")->get<std::int64_t>() == INT64_MAX);
  CHECK(parse_bounded("18446744073709551615", "n")->get<std::uint64_t>() == UINT64_MAX);
  CHECK(parse_bounded("18446744073709551616", "n")->is_number_float());
}

TEST_CASE("The last of two members of one name counts") {
  CHECK(dump(*parse_bounded(R"({"a":1,"b":2,"a":3})", "x")) == R"({"a":3,"b":2})");
}

TEST_CASE("dump() is one line and survives text that is not UTF-8") {
  CHECK(dump({{"a", "\xFF"}, {"b", "x\ny"}}) == "{\"a\":\"\xEF\xBF\xBD\",\"b\":\"x\\ny\"}");
}

TEST_CASE("Optional members: missing and null are nothing, other types are errors that name the member") {
  const Json object = {{"text", "t"}, {"number", 5}, {"flag", true}, {"none", nullptr}, {"half", 0.5}};
  CHECK(**optional_text(object, "text") == "t");
  CHECK(**optional_integer(object, "number", 0, 9) == 5);
  CHECK(**optional_bool(object, "flag"));
  for (const char* absent : {"none", "missing"}) {
    CHECK_FALSE(optional_text(object, absent)->has_value());
    CHECK_FALSE(optional_integer(object, absent, 0, 9)->has_value());
    CHECK_FALSE(optional_bool(object, absent)->has_value());
  }
  CHECK(optional_text(object, "number").error().message == "number: expected a string, found the number 5");
  CHECK(optional_bool(object, "text").error().message == "text: expected true or false, found a string");
  const auto half = optional_integer(object, "half", 0, 9);
  CHECK(half.error().message == "half: expected a whole number from 0 to 9, found a fraction");
  CHECK(half.error().code == "invalid_field");
  CHECK(half.error().validation_errors == std::vector<std::string>{half.error().message});
  CHECK_FALSE(optional_integer(object, "number", 6, 9));
  CHECK_FALSE(optional_integer(object, "number", 0, 4));
  CHECK(optional_integer(object, "number", 5, 5));
}

TEST_CASE("A number beyond 64 bits is refused even where there is no upper limit", "[finding]") {
  const Json object = {{"n", UINT64_MAX}};
  CHECK_FALSE(optional_integer(object, "n", 0, 100));
  CHECK_FALSE(optional_integer(object, "n", 0, INT64_MAX));
}

TEST_CASE("Required text may be neither missing nor empty") {
  const Json object = {{"full", "x"}, {"empty", ""}, {"none", nullptr}, {"number", 1}};
  CHECK(*required_text(object, "full") == "x");
  for (const char* member : {"empty", "none", "missing", "number"}) CHECK_FALSE(required_text(object, member));
}

}  // namespace platos::model
