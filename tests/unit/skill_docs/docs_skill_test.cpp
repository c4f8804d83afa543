#include "docs_skill.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "platos/cpp/testing/fake_host.hpp"

using nlohmann::json;
using platos::sdk::slice;
using namespace platos::sdk::testing;

namespace {

struct Fixture {
  FakeHost host;
  FakeInstance instance{host, platos_plugin_v1, "docs"};
  const platos_skill_t& skill = instance.table<platos_skill_t>(PLATOS_SKILL_INTERFACE);
  OutputCollector output;
  platos_error_t error;

  std::int32_t invoke(std::string_view args_json, std::string_view tool = "search") {
    platos_call_t call;
    return skill.invoke(instance.handle(), &call, slice(tool), slice(args_json), &output.table, &error);
  }
  std::string refusal(std::string_view args_json) {
    CHECK(invoke(args_json) == PLATOS_INVALID_ARGUMENT);
    CHECK(output.items.empty());
    return std::exchange(error, {}).message;
  }
};

std::string nested(int levels) { return std::string(static_cast<std::size_t>(levels), '['); }

}  // namespace

TEST_CASE_METHOD(Fixture, "the tool list describes search") {
  TextWriter writer;
  REQUIRE(skill.list(instance.handle(), &writer.table, &error) == PLATOS_OK);
  const json tools = json::parse(writer.text);
  REQUIRE(tools.size() == 1);
  CHECK(tools[0]["name"] == "search");
  CHECK(tools[0]["effect"] == "read");
  CHECK(tools[0]["description"].get<std::string>().size() > 100);
  CHECK(tools[0]["input_schema"] == json::parse(R"({
    "type": "object", "required": ["query"], "additionalProperties": false,
    "properties": {
      "query": {"type": "string", "minLength": 1, "maxLength": 500,
                "description": "What to look for: the question itself, or its important words."},
      "limit": {"type": "integer", "minimum": 1, "maximum": 10, "default": 4,
                "description": "How many sections to return at most."}}})"));
}

TEST_CASE_METHOD(Fixture, "a search answers with one JSON output, best section first") {
  REQUIRE(invoke(R"({"query": "cancel \"a\" run"})") == PLATOS_OK);
  REQUIRE(output.items.size() == 1);
  CHECK(output.items[0].kind == PLATOS_OUTPUT_JSON);
  CHECK(output.items[0].data.starts_with(
      R"({"query":"cancel \"a\" run","results":[{"title":"Runs > Cancel a run","source":"host/docs/runs.md","text":")"));
  const json answer = json::parse(output.items[0].data);
  REQUIRE(answer["results"].size() == 2);
  CHECK(answer["results"][0]["text"] == "Use `platos runs cancel <id>`. A cancelled run keeps its journal.");
  const double score = answer["results"][0]["score"];
  CHECK(score > answer["results"][1]["score"].get<double>());
  CHECK(score == std::stod(std::to_string(score).substr(0, std::to_string(score).find('.') + 4)));
}

TEST_CASE_METHOD(Fixture, "the limit is honoured, and nothing found is an empty list") {
  REQUIRE(invoke(R"({"query": "run", "limit": 1})") == PLATOS_OK);
  REQUIRE(invoke(R"({"query": "run", "limit": 10.0})") == PLATOS_OK);
  REQUIRE(invoke(R"({"query": "xylophone"})") == PLATOS_OK);
  CHECK(json::parse(output.items.at(0).data)["results"].size() == 1);
  CHECK(json::parse(output.items.at(1).data)["results"].size() == 2);
  CHECK(output.items.at(2).data == R"({"query":"xylophone","results":[]})");
}

TEST_CASE_METHOD(Fixture, "bad arguments name what was expected and found") {
  const std::string query = R"(argument "query" of search: expected a string of 1 to 500 characters, found )";
  const std::string limit = R"(argument "limit" of search: expected an integer from 1 to 10, found )";
  CHECK(refusal("{") == "arguments of search: expected a JSON object, found text that is not JSON");
  CHECK(refusal("[1]") == "arguments of search: expected a JSON object, found an array");
  CHECK(refusal("{}") == R"(arguments of search: expected the member "query", found none)");
  CHECK(refusal(R"({"query": "a", "max": 1})") ==
        R"(arguments of search: expected only "query" and "limit", found "max")");
  CHECK(refusal(R"({"query": 7})") == query + "the number 7");
  CHECK(refusal(R"({"query": ""})") == query + "an empty string");
  CHECK(refusal(R"({"query": " \n"})") == query + "nothing but white space");
  CHECK(refusal(R"({"query": "a", "limit": "4"})") == limit + "a string of 1 character");
  CHECK(refusal(R"({"query": "a", "limit": 0})") == limit + "the number 0");
  CHECK(refusal(R"({"query": "a", "limit": 11})") == limit + "the number 11");
  CHECK(refusal(R"({"query": "a", "limit": 2.5})") == limit + "the number 2.5");
  CHECK(refusal(R"({"query": "a", "limit": 1e300})") == limit + "the number 1e+300");
  CHECK(refusal(R"({"query": "a", "limit": null})") == limit + "null");
}

TEST_CASE_METHOD(Fixture, "a query is measured in characters, not in bytes") {
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "ü";
  CHECK(invoke(R"({"query": ")" + umlauts + R"("})") == PLATOS_OK);
  output.items.clear();
  CHECK(refusal(R"({"query": "a)" + umlauts + R"("})").ends_with("found a string of 501 characters"));
}

TEST_CASE_METHOD(Fixture, "arguments may nest 16 levels and no more") {
  const auto args = [](int levels) {
    return R"({"query": )" + nested(levels - 1) + std::string(static_cast<std::size_t>(levels - 1), ']') + "}";
  };
  CHECK(refusal(args(16)).ends_with("found an array"));
  CHECK(refusal(args(17)) == "arguments of search: expected at most 16 levels of nesting, found more");
  CHECK(refusal(args(200000)) == "arguments of search: expected at most 16 levels of nesting, found more");
}

TEST_CASE_METHOD(Fixture, "another tool is not found, and a sink that refuses ends the call") {
  CHECK(invoke(R"({"query": "run"})", "find") == PLATOS_NOT_FOUND);
  CHECK(error.message == R"(tool of docs: expected "search", found "find")");
  output.refuse_after = 0;
  CHECK(invoke(R"({"query": "run"})") == PLATOS_CANCELLED);
}

TEST_CASE("a configuration with members is refused") {
  FakeHost host;
  CHECK_THROWS_WITH(FakeInstance(host, platos_plugin_v1, "docs", R"({"path": "/"})"),
                    R"(configuration of docs: expected no members, found "path")");
  CHECK_THROWS_WITH(FakeInstance(host, platos_plugin_v1, "docs", "docs"),
                    "configuration of docs: expected a JSON object, found text that is not JSON");
}
