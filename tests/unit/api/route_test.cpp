#include "api/route.hpp"

#include <catch2/catch.hpp>

using namespace platos::api;

namespace {

const Router& router() {
  static const Router made({{"GET", "/api/v1/agent/things", platos::model::kRead, {}, "list"},
                            {"POST", "/api/v1/agent/things", platos::model::kRead, {}, "create"},
                            {"GET", "/api/v1/agent/things/{id}", platos::model::kRead, {}, "get"},
                            {"POST", "/api/v1/agent/things/{id}/parts/{part}", platos::model::kRead, {}, "part"}});
  return made;
}

std::string found(const std::string& method, const std::string& path) {
  const auto match = router().match(method, path);
  return match.route == nullptr ? "" : std::string(match.route->summary);
}

}  // namespace

TEST_CASE("a path is matched segment by segment, with its values decoded") {
  CHECK(found("GET", "/api/v1/agent/things") == "list");
  CHECK(found("POST", "/api/v1/agent/things") == "create");
  CHECK(found("GET", "/api/v1/agent/things/x") == "get");
  const auto match = router().match("POST", "/api/v1/agent/things/a%2Fb%20c+d/parts/%zz%4");
  REQUIRE(match.route != nullptr);
  CHECK(match.path.at("id") == "a/b c+d");
  CHECK(match.path.at("part") == "%zz%4");
}

TEST_CASE("what is nearly a path is not it") {
  for (const char* path : {"", "/", "/api/v1/agent/things/", "/api/v1/agent//things", "//api/v1/agent/things",
                           "/api/v1/agent/Things", "/api/v1/agent/things/a/b", "/api/v1/agent/things/../things",
                           "/api/v1/agent/things//parts/1", "/api/v1/agent/%74hings", "api/v1/agent/things"}) {
    CAPTURE(path);
    const auto match = router().match("GET", path);
    CHECK(match.route == nullptr);
    CHECK(match.allowed_methods.empty());
  }
}

TEST_CASE("a wrong method names the right ones, and HEAD is served as GET") {
  CHECK(router().match("DELETE", "/api/v1/agent/things").allowed_methods == "GET, POST");
  CHECK(router().match("get", "/api/v1/agent/things").route == nullptr);
  CHECK(found("HEAD", "/api/v1/agent/things") == "list");
  CHECK(router().match("HEAD", "/api/v1/agent/things/a/parts/b").allowed_methods == "POST");
}

TEST_CASE("/agent/v1 is another name of /api/v1/agent") {
  CHECK(found("GET", "/agent/v1/things/x") == "get");
  CHECK(found("GET", "/agent/v1things") == "");
  CHECK(found("GET", "/agent/v1/") == "");
}

TEST_CASE("queries are decoded, plus is a space, and the last of a name counts") {
  const auto query = decode_query("a=1&b=x+y%2B&a=2&c&=d&e==f&%67=%00");
  CHECK(query.at("a") == "2");
  CHECK(query.at("b") == "x y+");
  CHECK(query.at("c").empty());
  CHECK(query.at("") == "d");
  CHECK(query.at("e") == "=f");
  CHECK(query.at("g") == std::string(1, '\0'));
  CHECK(decode_query("").empty());
}

TEST_CASE("an escape is decoded wherever it stands, and a broken one stays") {
  CHECK(decode_component("%41%62%7a") == "Abz");
  CHECK(decode_component("%") == "%");
  CHECK(decode_component("%4") == "%4");
  CHECK(decode_component("%4g%41") == "%4gA");
  CHECK(decode_component("%%41") == "%A");
  CHECK(decode_component("%2541") == "%41");  // once only
}
