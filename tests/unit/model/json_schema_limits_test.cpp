// Work, depth and size: whoever writes schemas and values must not be able to stop the daemon.
#include <chrono>

#include "json_schema_helper.hpp"

namespace platos::model {
namespace {

/// Generous, for sanitizers and busy machines: what is quadratic or exponential takes minutes.
template <typename Work>
void in_reasonable_time(const Work& work) {
  const auto started = std::chrono::steady_clock::now();
  work();
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(20));
}

Json nested(int levels, const Json& innermost, const std::function<Json(Json)>& around) {
  Json schema = innermost;
  for (int i = 0; i < levels; ++i) schema = around(std::move(schema));
  return schema;
}

JsonSchema built(const Json& schema) {
  const auto result = JsonSchema::compile(schema);
  REQUIRE(result);
  return *result;
}

/// 2^30 ways to fit: each definition asks the next one twice.
Json doubling(const std::string& keyword) {
  Json schema = {{"$ref", "#/$defs/d0"}};
  for (int i = 0; i < 30; ++i) {
    const Json next = {{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
    schema["$defs"]["d" + std::to_string(i)] = {{keyword, {next, next}}};
  }
  schema["$defs"]["d30"] = {{"type", "string"}};
  return schema;
}

}  // namespace

TEST_CASE("Schemas nested over 64 levels or over 100,000 values are refused") {
  const auto in_not = [](Json inner) { return Json{{"not", std::move(inner)}}; };
  CHECK(built(nested(63, Json::object(), in_not)).check(1).size() == 1);
  CHECK(refusal_of(nested(64, Json::object(), in_not)).find("nested deeper than 64 levels") != std::string::npos);
  CHECK(refusal_of(nested(20'000, true, in_not)).find("nested deeper than 64 levels") != std::string::npos);
  Json wide;
  for (int i = 0; i < 100'001; ++i) wide["enum"].push_back(i);
  CHECK(refusal_of(wide).find("over 100000 values") != std::string::npos);
}

TEST_CASE("A chain of references longer than the depth of a check is given up") {
  Json schema = {{"$ref", "#/$defs/0"}};
  for (int i = 0; i < 20'000; ++i) schema["$defs"][std::to_string(i)] = {{"$ref", "#/$defs/" + std::to_string(i + 1)}};
  schema["$defs"]["20000"] = true;
  const auto problems = built(schema).check(1);
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().message.find("nested too deep") == 0);
}

TEST_CASE("Values deeper than a check goes are given up, also where they are only compared") {
  const Json deep = nested(3'000, 1, [](Json inner) { return Json::array({std::move(inner)}); });
  CHECK(problems_of(compiled(R"({"items": {"$ref": "#"}})"), deep).find("nested too deep") != std::string::npos);
  CHECK(problems_of(compiled(R"({"uniqueItems": true})"), Json::array({deep, deep})).find("nested too deep") !=
        std::string::npos);
  CHECK(problems_of(compiled(R"({"const": [[1]]})"), deep).find("expected [[1]]") != std::string::npos);
}

TEST_CASE("Exponential nesting ends with too much work") {
  for (const char* keyword : {"allOf", "anyOf", "oneOf"}) {
    INFO(keyword);
    in_reasonable_time([&] {
      const auto problems = built(doubling(keyword)).check(1);
      REQUIRE_FALSE(problems.empty());
      if (std::string(keyword) != "allOf") {
        CHECK(problems.back().message == "too much work: the check takes over 1000000 steps");
      }
    });
  }
  in_reasonable_time([&] {
    CHECK(built(doubling("allOf")).check("a").back().message.find("too much work") == 0);
    Json inverted = {{"not", doubling("allOf")}};
    inverted["$defs"] = inverted["not"]["$defs"];
    inverted["not"].erase("$defs");
    CHECK(built(inverted).check("a").back().message.find("too much work") == 0);
  });
  SchemaOptions options;
  options.max_steps = 10;
  CHECK(problems_of(R"({"items": {"type": "null"}})", "[null,null,null,null,null,null]", options)
            .find("too much work: the check takes over 10 steps") != std::string::npos);
}

TEST_CASE("The explanation of nested alternatives stays short") {
  const Json schema = nested(12, {{"type", "null"}}, [](Json inner) { return Json{{"anyOf", {inner, inner}}}; });
  in_reasonable_time([&] {
    const auto problems = built(schema).check(1);
    REQUIRE_FALSE(problems.empty());
    for (const SchemaProblem& problem : problems) CHECK(problem.message.size() < 1000);
  });
}

TEST_CASE("A pattern that stops backtracking matchers takes linear time") {
  const JsonSchema schema = compiled(R"({"pattern": "(a+)+$"})");
  in_reasonable_time([&] {
    CHECK(schema.check(std::string(100'000, 'a') + "b").size() == 1);
    CHECK(schema.check(std::string(100'000, 'a')).empty());
  });
}

TEST_CASE("Many patterns over long texts end with too much work") {
  Json schema;
  for (int i = 0; i < 100; ++i) schema["allOf"].push_back({{"not", {{"pattern", "(x|y){200}z" + std::to_string(i)}}}});
  in_reasonable_time([&] {
    CHECK(built(schema).check(std::string(1'000'000, 'x')).back().message.find("too much work") == 0);
    CHECK(built(schema).check(std::string(100, 'x')).empty());
  });
}

TEST_CASE("100,000 items are found unique or not without comparing each with each") {
  const JsonSchema schema = compiled(R"({"uniqueItems": true})");
  Json numbers = Json::array();
  Json texts = Json::array();
  for (int i = 0; i < 100'000; ++i) {
    numbers.push_back(i);
    texts.push_back("item " + std::to_string(i));
  }
  in_reasonable_time([&] {
    CHECK(schema.check(numbers).empty());
    CHECK(schema.check(texts).empty());
    texts.push_back("item 70000");
    CHECK(problems_of(schema, texts).find("equal ones at 70000 and 100000") != std::string::npos);
  });
}

TEST_CASE("An enum of 10,000 is asked 10,000 times in reasonable time") {
  Json schema;
  Json value = Json::array();
  for (int i = 0; i < 10'000; ++i) {
    schema["items"]["enum"].push_back("value " + std::to_string(i));
    value.push_back("value " + std::to_string(9'999 - i));
  }
  in_reasonable_time([&] {
    CHECK(built(schema).check(value).empty());
    value.push_back("other");
    const auto problems = built(schema).check(value);
    REQUIRE(problems.size() == 1);
    CHECK(problems.front().at == "/10000");
    CHECK(problems.front().message.size() < 300);
  });
}

TEST_CASE("Small objects do not pay for all properties of a large schema") {
  Json schema;
  for (int i = 0; i < 30'000; ++i) schema["items"]["properties"]["p" + std::to_string(i)] = true;
  Json value = Json::array();
  for (int i = 0; i < 30'000; ++i) value.push_back({{"p9999", i}});
  in_reasonable_time([&] { CHECK(built(schema).check(value).empty()); });
}

TEST_CASE("One compiled schema is copied and asked many times") {
  const JsonSchema first = compiled(R"({"type": "null"})");
  JsonSchema second = first;
  CHECK(second.check(nullptr).empty());
  CHECK(first.check(1).size() == 1);
}

}  // namespace platos::model
