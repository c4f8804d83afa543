#include "config.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "driver.hpp"

using namespace platos::provider_anthropic::testing;
using Json = nlohmann::json;
using HeaderPairs = std::vector<std::pair<std::string, std::string>>;

namespace {

constexpr std::string_view kEnd = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

platos::sdk::testing::Outcome outcome_of(std::string_view config_json) {
  const Plugin plugin(config_json);
  return run_exchange(plugin.instance, kStreamRequest, 200, {kEnd});
}

}  // namespace

TEST_CASE("without configuration requests go to Anthropic with the key's slot and the version") {
  const auto outcome = outcome_of("{}");
  CHECK(outcome.done);
  CHECK(outcome.method == "POST");
  CHECK(outcome.url == "https://api.anthropic.com/v1/messages");
  CHECK(outcome.headers == HeaderPairs{{"content-type", "application/json"},
                                       {"accept", "text/event-stream"},
                                       {"anthropic-version", "2023-06-01"},
                                       {"x-api-key", "{{secret:api_key}}"}});
}

TEST_CASE("every key of the configuration has its effect") {
  const auto outcome = outcome_of(R"({"base_url": "http://localhost:8080/a/", "api_key_required": false,
      "extra_headers": {"anthropic-beta": "x"}, "prompt_caching": false, "max_output_tokens": 77})");
  CHECK(outcome.url == "http://localhost:8080/a/v1/messages");
  CHECK(outcome.headers == HeaderPairs{{"content-type", "application/json"},
                                       {"accept", "text/event-stream"},
                                       {"anthropic-version", "2023-06-01"},
                                       {"anthropic-beta", "x"}});
  CHECK(Json::parse(outcome.body)["max_tokens"] == 77);
  CHECK(outcome.body.find("cache_control") == std::string::npos);
}

TEST_CASE("a base_url that ends in /v1 is not given a second one") {
  CHECK(outcome_of(R"({"base_url": "http://localhost:8080/v1"})").url == "http://localhost:8080/v1/messages");
}

TEST_CASE("models() lists the configured ids") {
  const Plugin plugin(R"({"models": ["claude-a", "b"]})");
  platos::sdk::testing::TextWriter writer;
  platos_error_t error;
  const auto& provider = plugin.instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE);
  REQUIRE(provider.models(plugin.instance.handle(), &writer.table, &error) == PLATOS_OK);
  CHECK(Json::parse(writer.text) == Json::parse(R"([{"id": "claude-a"}, {"id": "b"}])"));
}

TEST_CASE("a wrong configuration is refused with its key, what was expected and what was found") {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "the whole: expected a JSON object, found array"},
      {R"({"bas_url": "x"})", "unknown key \"bas_url\"; known keys are base_url, api_key_required"},
      {R"({"base_url": "api.anthropic.com"})", "such as https://api.anthropic.com, found \"api.anthropic.com\""},
      {R"({"prompt_caching": "no"})", "prompt_caching: expected true or false, found \"no\""},
      {R"({"max_output_tokens": 0})", "max_output_tokens: expected an integer from 1 to 1000000, found 0"},
      {R"({"max_output_tokens": -5})", "found -5"},
      {R"({"max_output_tokens": 1.5})", "found 1.5"},
      {R"({"max_output_tokens": 18446744073709551615})", "found 18446744073709551615"},
      {R"({"extra_headers": {"X-API-Key": "k"}})", "expected no x-api-key while api_key_required is true"},
      {R"({"extra_headers": {"Anthropic-Version": "1"}})", "expected no anthropic-version beside the codec's own"},
      {R"({"models": [""]})", "models: expected model ids, found \"\""},
  };
  for (const auto& [config_json, message_part] : cases) {
    const auto [code, message] = refusal_of(config_json);
    INFO(config_json << " -> " << message);
    CHECK(code == PLATOS_INVALID_ARGUMENT);
    CHECK(message.starts_with("provider-anthropic config: "));
    CHECK(message.find(message_part) != std::string::npos);
  }
}

TEST_CASE("the schema of the component names exactly the keys that are read, with their defaults") {
  const Json schema = Json::parse(platos_plugin_v1.component_at(0)->config_schema);
  std::set<std::string> described;
  for (const auto& [key, value] : schema.at("properties").items()) described.insert(key);
  CHECK(described == std::set<std::string>{"base_url", "api_key_required", "prompt_caching", "max_output_tokens",
                                           "extra_headers", "models"});
  const platos::provider_anthropic::Config defaults;
  CHECK(schema["properties"]["base_url"]["default"] == defaults.base_url);
  CHECK(schema["properties"]["api_key_required"]["default"] == defaults.api_key_required);
  CHECK(schema["properties"]["prompt_caching"]["default"] == defaults.prompt_caching);
}
