#include "model_path.hpp"

#include <catch2/catch.hpp>

#include "driver.hpp"

using namespace platos::provider_google::testing;
using platos::provider_google::model_path;

TEST_CASE("a model is named with or without its folder") {
  CHECK(model_path("gemini-2.5-flash") == "models/gemini-2.5-flash");
  CHECK(model_path("models/gemini-2.5-flash") == "models/gemini-2.5-flash");
  CHECK(model_path("a_b~c.d") == "models/a_b~c.d");
}

TEST_CASE("what could mean something in an address is escaped") {
  CHECK(model_path("m:countTokens?key=1#x") == "models/m%3AcountTokens%3Fkey%3D1%23x");
  CHECK(model_path("%2e%2E%2f") == "models/%252e%252E%252f");
  CHECK(model_path("a b\\c\n") == "models/a%20b%5Cc%0A");
  CHECK(model_path("\xc3\xbc{}") == "models/%C3%BC%7B%7D");
}

TEST_CASE("what would be another path is refused before anything is sent") {
  for (const char* model : {"", "models/", ".", "..", "models/..", "a..b", "a/b", "/a", "a/", "models/models/a",
                            "tunedModels/a", "../files", "models/../files"}) {
    const std::string request = R"({"v":1,"messages":[],"model":")" + std::string(model) + "\"}";
    const Result result = exchange(Plugin(), {}, request);
    INFO(model << " -> " << result.message);
    CHECK(result.status == PLATOS_INVALID_ARGUMENT);
    CHECK(result.message ==
          R"(chat request: expected a model id without '/' and ".." at model, found ")" + std::string(model) + "\"");
  }
}

TEST_CASE("a model is read with its escapes") {
  const Plugin plugin;
  const auto url = [&](const std::string& model) {
    return run_exchange(plugin.instance, R"({"v":1,"messages":[],"stream":false,"model":)" + model + "}", 200, {}).url;
  };
  CHECK(url(R"("models\/g\u0065mini")").ends_with("/v1beta/models/gemini:generateContent"));
  CHECK(url(R"("g\u002e\u002e")").empty());
  CHECK(url("7").empty());
}
