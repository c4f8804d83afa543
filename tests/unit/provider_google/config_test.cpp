#include "config.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "driver.hpp"

using namespace platos::provider_google::testing;
using Json = nlohmann::json;
using HeaderPairs = std::vector<std::pair<std::string, std::string>>;

namespace {

platos::sdk::testing::Outcome outcome_of(std::string_view config_json, std::string_view request = kStreamRequest) {
  const Plugin plugin(config_json);
  const std::string end = "data: " + finish_frame("STOP") + "\n\n";
  return run_exchange(plugin.instance, request, 200, {end});
}

}  // namespace

TEST_CASE("without configuration requests go to Google with the key's slot in a header") {
  const auto outcome = outcome_of("{}");
  CHECK(outcome.done);
  CHECK(outcome.method == "POST");
  CHECK(outcome.url == "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse");
  CHECK(outcome.headers == HeaderPairs{{"content-type", "application/json"},
                                       {"accept", "text/event-stream"},
                                       {"x-goog-api-key", "{{secret:api_key}}"}});
}

TEST_CASE("every key of the configuration has its effect") {
  const auto outcome = outcome_of(R"({"base_url": "http://localhost:8080/a/", "api_key_required": false,
      "extra_headers": {"x-goog-user-project": "p"}})");
  CHECK(outcome.url == "http://localhost:8080/a/models/m:streamGenerateContent?alt=sse");
  CHECK(outcome.headers == HeaderPairs{{"content-type", "application/json"},
                                       {"accept", "text/event-stream"},
                                       {"x-goog-user-project", "p"}});
}

TEST_CASE("models() lists the configured ids") {
  const Plugin plugin(R"({"models": ["gemini-a", "b"]})");
  platos::sdk::testing::TextWriter writer;
  platos_error_t error;
  const auto& provider = plugin.instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE);
  REQUIRE(provider.models(plugin.instance.handle(), &writer.table, &error) == PLATOS_OK);
  CHECK(Json::parse(writer.text) == Json::parse(R"([{"id": "gemini-a"}, {"id": "b"}])"));
}

TEST_CASE("a wrong configuration is refused with its key, what was expected and what was found") {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "the whole: expected a JSON object, found array"},
      {R"({"bas_url": "x"})", "unknown key \"bas_url\"; known keys are base_url, api_key_required, extra_headers"},
      {R"({"base_url": "google.com"})",
       "such as https://generativelanguage.googleapis.com/v1beta, found \"google.com\""},
      {R"({"base_url": "https://google.com/?key=1"})", "base_url: expected no query and no fragment"},
      {R"({"api_key_required": "no"})", "api_key_required: expected true or false, found \"no\""},
      {R"({"extra_headers": {"X-Goog-Api-Key": "k"}})", "expected no x-goog-api-key while api_key_required is true"},
      {R"({"models": [""]})", "models: expected model ids, found \"\""},
  };
  for (const auto& [config_json, message_part] : cases) {
    const auto [code, message] = refusal_of(config_json);
    INFO(config_json << " -> " << message);
    CHECK(code == PLATOS_INVALID_ARGUMENT);
    CHECK(message.starts_with("provider-google config: "));
    CHECK(message.find(message_part) != std::string::npos);
  }
  CHECK(refusal_of(R"({"api_key_required": false, "extra_headers": {"x-goog-api-key": "k"}})").first == PLATOS_OK);
}

TEST_CASE("the schema of the component names exactly the keys that are read, with their defaults") {
  const Json schema = Json::parse(platos_plugin_v1.component_at(0)->config_schema);
  std::set<std::string> described;
  for (const auto& [key, value] : schema.at("properties").items()) described.insert(key);
  CHECK(described == std::set<std::string>{"base_url", "api_key_required", "extra_headers", "models"});
  const platos::provider_google::Config defaults;
  CHECK(schema["properties"]["base_url"]["default"] == defaults.base_url);
  CHECK(schema["properties"]["api_key_required"]["default"] == defaults.api_key_required);
}
