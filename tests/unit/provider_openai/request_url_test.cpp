#include "request_url.hpp"

#include <catch2/catch.hpp>

#include "driver.hpp"

using namespace platos::provider_openai;
using platos::provider_openai::testing::refusal_of;

TEST_CASE("path and query follow the base_url; what is empty is left out") {
  Config config;
  config.base_url = "https://a.example/v1";
  CHECK(url_of(config) == "https://a.example/v1/chat/completions");
  config.path = "/x/{model}/y";
  config.query = {{"empty", ""}, {"a b", "1&2=é/~"}, {"last", "z"}};
  CHECK(url_of(config) == "https://a.example/v1/x/{model}/y?a%20b=1%262%3D%C3%A9%2F~&last=z");
  CHECK(url_for_model(url_of(config), "m:1") == "https://a.example/v1/x/m%3A1/y?a%20b=1%262%3D%C3%A9%2F~&last=z");
}

TEST_CASE("a path that is none is refused with what was expected") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "a path that begins with /"},
      {"chat", "a path that begins with /"},
      {"/a?b", "only characters of a URL's path"},
      {"/a#b", "only characters of a URL's path"},
      {"/a b", "only characters of a URL's path"},
      {"/{model}/{model}", "{model} once at most"},
      {"/{deployment}/chat", "only characters of a URL's path"},
      {"/a/../b", "no segment of dots"},
      {"/a/.", "no segment of dots"},
  };
  for (const auto& [path, message_part] : cases) {
    const auto [code, message] = refusal_of(std::string(R"({"path":")") + path + "\"}");
    INFO(path << " -> " << message);
    CHECK(code == PLATOS_INVALID_ARGUMENT);
    CHECK(message.find("path: expected ") != std::string::npos);
    CHECK(message.find(message_part) != std::string::npos);
  }
  CHECK(refusal_of(R"({"path":"/openai/v1:chat/{model}.json"})").second.empty());
}
