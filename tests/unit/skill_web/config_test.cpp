#include <catch2/catch.hpp>

#include "web_fixture.hpp"

using namespace skill_web_test;

namespace {
std::string error_of(const char* config) {
  try {
    Web web(Json::parse(config));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
}  // namespace

TEST_CASE("an error names the member, what was expected and what was found") {
  CHECK(error_of("{}").empty());
  CHECK(error_of(R"({"tavily_url":""})").empty());
  CHECK(
      error_of(R"({"bing_url":"https://x"})") ==
      "configuration of web: expected \"backends\", \"max_text_characters\" and URLs of services, found \"bing_url\"");
  CHECK(error_of(R"({"tavily_url":"ftp://x"})") ==
        "configuration of web: tavily_url: expected a URL with http or https, or an empty text, found \"ftp://x\"");
  CHECK(error_of(R"({"tavily_url":1})").find("found the number 1") != std::string::npos);
  CHECK(error_of(R"({"backends":"tavily"})").find("backends: expected an array of") != std::string::npos);
  CHECK(error_of(R"({"backends":["bing"]})").find("found \"bing\"") != std::string::npos);
  CHECK(error_of(R"({"backends":["exa","exa"]})").find("found \"exa\" twice") != std::string::npos);
  CHECK(error_of(R"({"max_text_characters":5})").find("an integer from 1000 to 1000000, found the number 5") !=
        std::string::npos);
}
