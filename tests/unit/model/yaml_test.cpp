#include "model/yaml.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

std::string yaml_code(std::string_view text, const YamlLimits& limits = {}) {
  const auto parsed = parse_yaml(text, "the text", YamlScalars::Typed, limits);
  if (parsed) return "ok";
  CHECK(parsed.error().message.find("the text") == 0);
  return parsed.error().code;
}

}  // namespace

TEST_CASE("Plain scalars are typed by the core schema, or stay as they were written") {
  const std::string text =
      "a: 1\nb: 1.0\nc: true\nd: ~\ne:\nf: \"1\"\ng: 0x1F\nh: -2.5e3\ni: 1_000\nj: .inf\nk: [x, 'y', {z: 0o17}]\n"
      "l: |\n  two\n  lines\n";
  const Json typed = *parse_yaml(text, "the text", YamlScalars::Typed);
  CHECK(typed == Json({{"a", 1},
                       {"b", 1.0},
                       {"c", true},
                       {"d", nullptr},
                       {"e", nullptr},
                       {"f", "1"},
                       {"g", 31},
                       {"h", -2500.0},
                       {"i", "1_000"},
                       {"j", ".inf"},
                       {"k", {"x", "y", {{"z", 15}}}},
                       {"l", "two\nlines\n"}}));
  const Json texts = *parse_yaml(text, "the text", YamlScalars::Texts);
  CHECK(texts["b"] == "1.0");
  CHECK(texts["c"] == "true");
  CHECK(texts["h"] == "-2.5e3");
  CHECK(parse_yaml("", "the text", YamlScalars::Typed)->is_null());
}

TEST_CASE("A number that does not fit stays a text, and infinity is none") {
  CHECK(*parse_yaml("99999999999999999999", "x", YamlScalars::Typed) == Json(1e20));
  CHECK(*parse_yaml("1e999", "x", YamlScalars::Typed) == Json("1e999"));
  CHECK(*parse_yaml("0xFFFFFFFFFFFFFFFFFF", "x", YamlScalars::Typed) == Json("0xFFFFFFFFFFFFFFFFFF"));
  CHECK(*parse_yaml("1.2.3", "x", YamlScalars::Typed) == Json("1.2.3"));
}

TEST_CASE("An alias bomb is refused at its first anchor, before anything is made of it") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + "," + before + "," + before + "]\n";
  }
  CHECK(yaml_code(bomb) == "yaml_alias");
  CHECK(yaml_code("a: &x 1") == "yaml_alias");
  CHECK(yaml_code("a: &x [1]\nb: *x") == "yaml_alias");
}

TEST_CASE("Depth, values and bytes have limits") {
  CHECK(yaml_code(std::string(16, '[') + std::string(16, ']')) == "ok");
  CHECK(yaml_code(std::string(17, '[') + std::string(17, ']')) == "yaml_too_deep");
  CHECK(yaml_code(std::string(60'000, '[')) == "yaml_too_deep");
  CHECK(yaml_code(std::string(30'000, '{')) != "ok");
  std::string dashes;
  for (int i = 0; i < 20'000; ++i) dashes += "- ";
  CHECK(yaml_code(dashes) == "yaml_too_deep");
  YamlLimits few;
  few.max_nodes = 3;
  CHECK(yaml_code("[1, 2]", few) == "ok");
  CHECK(yaml_code("[1, 2, 3]", few) == "yaml_too_many_nodes");
  CHECK(yaml_code("a: " + std::string(64 * 1024, 'x')) == "yaml_too_large");
}

TEST_CASE("What is no plain data is refused with its place") {
  CHECK(yaml_code("a: 1\na: 2") == "yaml_duplicate_key");
  CHECK(yaml_code("? [x]\n: 1") == "yaml_key");
  CHECK(yaml_code("a: !!python/object:os.system x") == "yaml_tag");
  CHECK(yaml_code("a: !custom x") == "yaml_tag");
  CHECK(yaml_code("a: [") == "yaml_malformed");
  CHECK(yaml_code("a: 1\n---\nb: 2") == "yaml_malformed");
  CHECK(yaml_code("a: \xC3") == "yaml_not_utf8");
  CHECK(yaml_code("\xEF\xBB\xBF"
                  "a: 1") == "yaml_not_utf8");
  CHECK(yaml_code(std::string("a: \0", 4)) == "yaml_not_utf8");
  const auto malformed = parse_yaml("a: 1\nb: ]", "the text", YamlScalars::Typed);
  REQUIRE_FALSE(malformed);
  CHECK(malformed.error().message.find("line 2") != std::string::npos);
}

}  // namespace platos::model
