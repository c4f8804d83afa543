#include <catch2/catch.hpp>

#include "parallel_fixture.hpp"

using namespace skill_parallel_test;

TEST_CASE("a search sends objective and queries, and gives pages with their excerpts") {
  Parallel parallel;
  parallel.on_request = [](const Request&) {
    return answered(Json::parse(R"({"search_id":"search_1","results":[
      {"url":"https://one.test","title":"One","publish_date":"2026-01-02","excerpts":["First.","Second."]},
      {"url":"https://two.test","title":null,"publish_date":null,"excerpts":[]}],"warnings":null,"usage":[]})"));
  };
  const auto outcome =
      parallel.invoke("parallel_search", {{"objective", "Find it"}, {"searchQueries", {"one", "two"}}});
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json == Json::parse(R"({"searchId":"search_1","results":[
      {"url":"https://one.test","title":"One","publishDate":"2026-01-02","excerpts":["First.","Second."]},
      {"url":"https://two.test","title":"","excerpts":[]}],
      "_usage":{"provider":"parallel","inputUnits":2,"outputUnits":2}})"));
  const Request request = parallel.requests().at(0);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://parallel.test/v1beta/search");
  CHECK(request.headers.at("x-api-key") == "{{secret:api_key}}");
  CHECK(request.headers.at("parallel-beta") == "search-extract-2025-10-10");
  const Json body = Json::parse(request.body);
  CHECK(body["objective"] == "Find it");
  CHECK(body["search_queries"] == Json{"one", "two"});
}

TEST_CASE("an extraction gives excerpts, and says what could not be read") {
  Parallel parallel;
  parallel.on_request = [](const Request&) {
    return answered(Json::parse(R"({"extract_id":"extract_1","results":[
      {"url":"https://one.test","title":"One","excerpts":["Here."],"full_content":null}],"errors":[
      {"url":"https://two.test","error_type":"fetch_error","http_status_code":404,"content":"Not found"}]})"));
  };
  const auto outcome =
      parallel.invoke("parallel_extract", {{"urls", {"https://one.test", "https://two.test"}}, {"objective", "Read"}});
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json == Json::parse(R"({"results":[{"url":"https://one.test","title":"One","excerpts":["Here."]}],
      "errors":[{"url":"https://two.test","error":"fetch_error","status":404}],
      "_usage":{"provider":"parallel","inputUnits":2,"outputUnits":1}})"));
  CHECK(Json::parse(parallel.requests().at(0).body) ==
        Json::parse(R"({"urls":["https://one.test","https://two.test"],"objective":"Read","excerpts":true,
                        "full_content":false})"));
}

TEST_CASE("excerpts of one page are cut to a bound") {
  Parallel parallel;
  parallel.on_request = [](const Request&) {
    const std::string large(6000, 'a');
    return answered({{"results", {{{"url", "https://one.test"}, {"excerpts", {large, large, large}}}}}});
  };
  const auto outcome = parallel.invoke("parallel_search", {{"objective", "x"}, {"searchQueries", {"x"}}});
  std::size_t size = 0;
  for (const Json& excerpt : outcome.json["results"][0]["excerpts"]) size += excerpt.get<std::string>().size();
  CHECK(size <= 8000);
  CHECK(size >= 7900);
}

TEST_CASE("errors of the service have their kind and say why") {
  Parallel parallel;
  const auto status_for = [&](std::int32_t http_status) {
    parallel.on_request = [http_status](const Request&) {
      return answered({{"type", "error"}, {"error", {{"ref_id", "r"}, {"message", "Because."}}}}, http_status);
    };
    const auto outcome = parallel.invoke("parallel_search", {{"objective", "x"}, {"searchQueries", {"x"}}});
    CHECK(outcome.error == "parallel answered " + std::to_string(http_status) + ": Because.");
    return outcome.status;
  };
  CHECK(status_for(401) == PLATOS_UNAUTHENTICATED);
  CHECK(status_for(402) == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(status_for(422) == PLATOS_FAILED_PRECONDITION);
  CHECK(status_for(429) == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(status_for(503) == PLATOS_UNAVAILABLE);
}

TEST_CASE("arguments that do not fit are refused before anything is asked") {
  Parallel parallel;
  const auto refused = [&](std::string_view tool, const Json& arguments, const std::string& reason) {
    const auto outcome = parallel.invoke(tool, arguments);
    INFO(outcome.error);
    CHECK(outcome.status == PLATOS_INVALID_ARGUMENT);
    CHECK(outcome.error.find(reason) != std::string::npos);
  };
  refused("parallel_search", {{"objective", "x"}},
          "\"searchQueries\" of parallel_search: expected an array of 1 to 10");
  refused("parallel_search", {{"objective", "x"}, {"searchQueries", Json::array()}}, "found 0");
  refused("parallel_search", {{"objective", "x"}, {"searchQueries", {"a", 2}}}, "searchQueries[1]");
  refused("parallel_extract", {{"objective", "x"}, {"urls", {"1", "2", "3", "4", "5", "6"}}}, "found 6");
  refused("parallel_deep_research", {{"instructions", ""}}, "found an empty one");
  refused("parallel_deep_research", {{"instructions", "x"}, {"processor", "huge"}}, "found \"huge\"");
  refused("parallel_deep_research", {{"instructions", "x"}, {"outputSchema", "html"}}, "found \"html\"");
  refused("parallel_deep_research_result", {{"runId", "../../keys"}}, "a runId of parallel_deep_research");
  CHECK(parallel.invoke("parallel_monitor", Json::object()).status == PLATOS_NOT_FOUND);
  CHECK(parallel.requests().empty());
}

TEST_CASE("four tools are listed, and starting a task is not repeated") {
  const Json tools = Parallel().tools();
  REQUIRE(tools.size() == 4);
  for (const Json& tool : tools) {
    CHECK(tool["effect"] == (tool["name"] == "parallel_deep_research" ? "once" : "read"));
    CHECK(tool["input_schema"]["additionalProperties"] == false);
  }
}

TEST_CASE("a bad configuration is named") {
  const auto error_of = [](const Json& config) -> std::string {
    try {
      Parallel parallel(config);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(error_of({{"base_url", "parallel.ai"}}) ==
        "configuration of parallel: base_url: expected a URL with http or https, found \"parallel.ai\"");
  CHECK(error_of({{"research_wait_ms", 300'001}}).find("from 0 to 300000") != std::string::npos);
  CHECK(error_of({{"key", "x"}}).find("found \"key\"") != std::string::npos);
}
