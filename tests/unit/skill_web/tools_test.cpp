#include <catch2/catch.hpp>

#include "web_fixture.hpp"

using namespace skill_web_test;

TEST_CASE("both tools are offered when a search service is set up, and else only fetch_url") {
  const Json tools = Web().tools();
  REQUIRE(tools.size() == 2);
  CHECK(tools[0]["name"] == "web_search");
  CHECK(tools[1]["name"] == "fetch_url");
  for (const Json& tool : tools) {
    CHECK(tool["effect"] == "read");
    CHECK(tool["input_schema"]["additionalProperties"] == false);
  }
  CHECK(tools[0]["input_schema"]["properties"]["maxResults"]["maximum"] == 20);
  const Json few = Web({{"tavily_url", "https://tavily.test"}}, {}).tools();
  REQUIRE(few.size() == 1);
  CHECK(few[0]["name"] == "fetch_url");
}

TEST_CASE("arguments that do not fit are refused before anything is asked") {
  Web web;
  for (const auto& [arguments, reason] : std::vector<std::pair<Json, std::string>>{
           {Json::object(), "argument \"query\" of web_search: expected a text, found none"},
           {{{"query", "  "}}, "found an empty one"},
           {{{"query", std::string(401, 'a')}}, "at most 400 characters, found a string of 401 characters"},
           {{{"query", 1}}, "found the number 1"},
           {{{"query", "x"}, {"maxResults", 21}}, "an integer from 1 to 20, found the number 21"},
           {{{"query", "x"}, {"max_results", 2}}, "expected only \"query\", \"maxResults\", found \"max_results\""}}) {
    const auto outcome = web.invoke("web_search", arguments);
    CHECK(outcome.status == PLATOS_INVALID_ARGUMENT);
    INFO(outcome.error);
    CHECK(outcome.error.find(reason) != std::string::npos);
  }
  CHECK(web.invoke("fetch_url", {{"uri", "x"}}).status == PLATOS_INVALID_ARGUMENT);
  CHECK(web.invoke("web_serch", Json::object()).status == PLATOS_NOT_FOUND);
  CHECK(web.searches().empty());
  CHECK(web.visited().empty());
}
