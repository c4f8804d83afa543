// What is sent to each service, and how its answers are read. The answers have the members that the services document.
#include <catch2/catch.hpp>

#include "web_fixture.hpp"

using namespace skill_web_test;

namespace {

Json only(const std::string& service) {
  Json config = kAllServices;
  config["backends"] = Json::array({service});
  return config;
}

const Json kQuery = {{"query", "c++ & \"coroutines\""}, {"maxResults", 2}};

testing::FakeHttp::Answer answered(const Json& json, std::int32_t status = 200) {
  return {PLATOS_OK, status, json.dump()};
}

}  // namespace

TEST_CASE("tavily") {
  Web web(only("tavily"));
  web.on_search = [](const auto&) {
    return answered(Json::parse(R"({"query":"q","follow_up_questions":null,"answer":null,"images":[],"results":[
      {"title":"One","url":"https://one.test/a","content":"First.","score":0.9,"raw_content":null},
      {"title":"Two","url":"https://two.test/","content":"Second.","score":0.5},
      {"title":"Three","url":"https://three.test/","content":"Third.","score":0.4}],"response_time":1.2})"));
  };
  const auto outcome = web.invoke("web_search", kQuery);
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json == Json::parse(R"({"query":"c++ & \"coroutines\"","source":"tavily","results":[
      {"title":"One","url":"https://one.test/a","snippet":"First.","score":0.9},
      {"title":"Two","url":"https://two.test/","snippet":"Second.","score":0.5}],
      "_usage":{"provider":"tavily","inputUnits":1,"outputUnits":2}})"));
  const auto request = web.searches().at(0);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://tavily.test/search");
  CHECK(request.headers.at("Authorization") == "Bearer {{secret:tavily}}");
  CHECK(request.headers.at("Content-Type") == "application/json");
  CHECK(Json::parse(request.body) == Json{{"query", kQuery["query"]}, {"max_results", 2}});
}

TEST_CASE("exa") {
  Web web(only("exa"));
  web.on_search = [](const auto&) {
    return answered(Json::parse(R"({"requestId":"r","resolvedSearchType":"neural","results":[
      {"id":"https://one.test","title":"One","url":"https://one.test","publishedDate":null,"author":null,"score":0.4,
       "text":"Page text."}],"costDollars":{"total":0.005}})"));
  };
  const auto outcome = web.invoke("web_search", kQuery);
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json["results"] ==
        Json::parse(R"([{"title":"One","url":"https://one.test","snippet":"Page text.","score":0.4}])"));
  const auto request = web.searches().at(0);
  CHECK(request.url == "https://exa.test/search");
  CHECK(request.headers.at("x-api-key") == "{{secret:exa}}");
  CHECK(Json::parse(request.body)["numResults"] == 2);
}

TEST_CASE("brave") {
  Web web(only("brave"));
  web.on_search = [](const auto&) {
    return answered(Json::parse(R"({"type":"search","query":{"original":"q"},"web":{"type":"search","results":[
      {"type":"search_result","title":"One","url":"https://one.test","description":"First.","language":"en"}]}})"));
  };
  const auto outcome = web.invoke("web_search", kQuery);
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json["results"] == Json::parse(R"([{"title":"One","url":"https://one.test","snippet":"First."}])"));
  const auto request = web.searches().at(0);
  CHECK(request.method == "GET");
  CHECK(request.body.empty());
  CHECK(request.url ==
        "https://brave.test/res/v1/web/search?q=c%2B%2B%20%26%20%22coroutines%22&count=2&text_decorations=false");
  CHECK(request.headers.at("X-Subscription-Token") == "{{secret:brave}}");
  web.on_search = [](const auto&) { return answered({{"type", "search"}, {"query", {{"original", "q"}}}}); };
  CHECK(web.invoke("web_search", kQuery).json["results"] == Json::array());
}

TEST_CASE("serper") {
  Web web(only("serper"));
  web.on_search = [](const auto&) {
    return answered(Json::parse(R"({"searchParameters":{"q":"q","type":"search"},"organic":[
      {"title":"One","link":"https://one.test","snippet":"First.","position":1}],"credits":1})"));
  };
  const auto outcome = web.invoke("web_search", kQuery);
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json["results"] == Json::parse(R"([{"title":"One","url":"https://one.test","snippet":"First."}])"));
  const auto request = web.searches().at(0);
  CHECK(request.headers.at("X-API-KEY") == "{{secret:serper}}");
  CHECK(Json::parse(request.body) == Json{{"q", kQuery["query"]}, {"num", 2}});
}

TEST_CASE("searxng needs no key") {
  Web web(only("searxng"), {});
  web.on_search = [](const auto&) {
    return answered(Json::parse(R"({"query":"q","number_of_results":0,"results":[
      {"url":"https://one.test","title":"One","content":"First.","engine":"x","score":2.0,"category":"general"}],
      "answers":[],"corrections":[],"infoboxes":[],"suggestions":[],"unresponsive_engines":[]})"));
  };
  const auto outcome = web.invoke("web_search", kQuery);
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json["results"][0]["score"] == 2.0);
  CHECK(web.searches().at(0).url == "http://searxng.test/search?q=c%2B%2B%20%26%20%22coroutines%22&format=json");
}

TEST_CASE("a service that fails is followed by the next, and the answer says who it is from") {
  for (const testing::FakeHttp::Answer& bad :
       {testing::FakeHttp::Answer{PLATOS_UNAVAILABLE, 0, "no route"}, answered({{"detail", "bad key"}}, 401),
        answered({{"error", "slow down"}}, 429), answered(Json::object(), 500), answered({{"no", "results"}}),
        testing::FakeHttp::Answer{PLATOS_OK, 200, "<html>"}}) {
    Web web;
    web.on_search = [&](const testing::FakeHttp::Request& request) {
      if (request.url.starts_with("https://tavily.test")) return bad;
      return answered({{"results", {{{"title", "One"}, {"url", "https://one.test"}, {"text", "x"}}}}});
    };
    const auto outcome = web.invoke("web_search", kQuery);
    REQUIRE(outcome.status == PLATOS_OK);
    CHECK(outcome.json["source"] == "exa");
    CHECK(web.searches().size() == 2);
  }
}

TEST_CASE("when all fail, the error says what each said, and no key") {
  Json config = kAllServices;
  config["backends"] = {"tavily", "brave"};
  Web web(config);
  web.on_search = [](const testing::FakeHttp::Request& request) {
    if (request.url.starts_with("https://tavily.test"))
      return answered({{"detail", {{"error", "Unauthorized\n: bad"}}}}, 401);
    return testing::FakeHttp::Answer{PLATOS_UNAVAILABLE, 0, "no route"};
  };
  const auto outcome = web.invoke("web_search", kQuery);
  CHECK(outcome.status == PLATOS_UNAVAILABLE);
  CHECK(outcome.error == "no search service answered: tavily answered 401: Unauthorized : bad; brave gave no answer");
}

TEST_CASE("one service's own error is told as it is") {
  Web web(only("tavily"));
  web.on_search = [](const auto&) { return answered({{"detail", "limit"}}, 429); };
  const auto limited = web.invoke("web_search", kQuery);
  CHECK(limited.status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(limited.error == "tavily answered 429: limit");
}

TEST_CASE("a cancelled call asks no other service") {
  Web web;
  web.on_search = [&](const auto&) {
    web.call.cancelled = true;
    return testing::FakeHttp::Answer{PLATOS_CANCELLED, 0, "cancelled"};
  };
  CHECK(web.invoke("web_search", kQuery).status == PLATOS_CANCELLED);
  CHECK(web.searches().size() == 1);
}

TEST_CASE("services without a key or a URL are passed over, and the operator's order counts") {
  Web some(kAllServices, {"serper"});
  some.on_search = [](const auto&) { return answered({{"organic", Json::array()}}); };
  CHECK(some.invoke("web_search", kQuery).json["source"] == "serper");
  Json config = kAllServices;
  config["backends"] = {"searxng", "tavily"};
  Web ordered(config);
  ordered.on_search = [](const auto&) { return answered({{"results", Json::array()}}); };
  CHECK(ordered.invoke("web_search", kQuery).json["source"] == "searxng");
  Web none(Json::object(), {"tavily"});
  const auto outcome = none.invoke("web_search", kQuery);
  CHECK(outcome.status == PLATOS_FAILED_PRECONDITION);
  CHECK(outcome.error.find("set TAVILY_API_KEY") != std::string::npos);
}

TEST_CASE("results that are no pages are left out, and what is long or broken is made fit") {
  Web web(only("tavily"));
  web.on_search = [](const auto&) {
    std::string body = R"x({"results":[1,{"title":"x"},{"url":"javascript:alert(1)"},{"url":"file:///etc"},)x";
    body += R"x({"url":"https://one.test","title":7,"content":")x" + std::string(5000, 'a') + R"x("}]})x";
    return testing::FakeHttp::Answer{PLATOS_OK, 200, body};
  };
  const auto outcome = web.invoke("web_search", kQuery);
  REQUIRE(outcome.json["results"].size() == 1);
  CHECK(outcome.json["results"][0]["title"] == "");
  CHECK(outcome.json["results"][0]["snippet"].get<std::string>().size() <= 2000);
}
