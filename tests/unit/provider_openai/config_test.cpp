#include "config.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "driver.hpp"

using namespace platos::provider_openai::testing;
using Json = nlohmann::json;

namespace {

platos::sdk::testing::Outcome outcome_of(std::string_view config_json) {
  const Plugin plugin(config_json);
  return run_exchange(plugin.instance, kStreamRequest, 200, {"data: [DONE]\n\n"});
}

using HeaderList = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("without configuration requests go to OpenAI with the key's slot") {
  const auto outcome = outcome_of("{}");
  CHECK(outcome.method == "POST");
  CHECK(outcome.url == "https://api.openai.com/v1/chat/completions");
  CHECK(outcome.headers == HeaderList{{"Content-Type", "application/json"},
                                      {"Accept", "text/event-stream"},
                                      {"Authorization", "Bearer {{secret:api_key}}"}});
}

TEST_CASE("every key of the configuration has its effect") {
  const auto outcome = outcome_of(R"({"base_url": "http://localhost:11434/v1/", "api_key_required": false,
      "extra_headers": {"X-Title": "Platos", "api-key": "{{secret:api_key}}", "X-Empty": ""}, "organization": "org-1",
      "usage_in_stream": false})");
  CHECK(outcome.url == "http://localhost:11434/v1/chat/completions");
  CHECK(outcome.headers == HeaderList{{"Content-Type", "application/json"},
                                      {"Accept", "text/event-stream"},
                                      {"OpenAI-Organization", "org-1"},
                                      {"X-Title", "Platos"},
                                      {"api-key", "{{secret:api_key}}"}});
  CHECK_FALSE(Json::parse(outcome.body).contains("stream_options"));
}

TEST_CASE("the key stands alone in a header of its own, and after Bearer in Authorization, however that is written") {
  using Header = std::pair<std::string, std::string>;
  CHECK(outcome_of(R"({"api_key_header": "api-key"})").headers.back() == Header{"api-key", "{{secret:api_key}}"});
  CHECK(outcome_of(R"({"api_key_header": "authorization"})").headers.back() ==
        Header{"authorization", "Bearer {{secret:api_key}}"});
}

TEST_CASE("models() lists the configured ids") {
  const Plugin plugin(R"({"models": ["gpt-5", "o\"4"]})");
  platos::sdk::testing::TextWriter writer;
  platos_error_t error;
  const auto& provider = plugin.instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE);
  REQUIRE(provider.models(plugin.instance.handle(), &writer.table, &error) == PLATOS_OK);
  CHECK(Json::parse(writer.text) == Json::parse(R"([{"id": "gpt-5"}, {"id": "o\"4"}])"));
}

TEST_CASE("a wrong configuration is refused with its key, what was expected and what was found") {
  struct Case {
    const char* config_json;
    const char* message_part;
  };
  const Case cases[] = {
      {"nonsense", "the whole: expected a JSON object, found text that is not JSON"},
      {"[]", "the whole: expected a JSON object, found array"},
      {R"({"bas_url": "x"})", "unknown key \"bas_url\"; known keys are base_url, path, query, api_key_required"},
      {R"({"base_url": 3})", "base_url: expected a string, found 3"},
      {R"({"api_key_required": "no"})", "api_key_required: expected true or false, found \"no\""},
      {R"({"usage_in_stream": 1})", "usage_in_stream: expected true or false, found 1"},
      {R"({"organization": "a\r\nX: y"})", "organization: expected printable ASCII"},
      {R"({"models": "gpt"})", "models: expected an array of model ids, found \"gpt\""},
      {R"({"models": [""]})", "models: expected model ids, found \"\""},
      {R"({"max_tokens_field": "max"})", "max_tokens_field: expected \"max_completion_tokens\" or \"max_tokens\""},
      {R"({"extra_headers": []})", "extra_headers: expected an object of strings, found array"},
      {R"({"extra_headers": {"A": 1}})", "extra_headers.A: expected a string, found number"},
      {R"({"extra_headers": {"A B": "x"}})", "extra_headers: expected header names, found \"A B\""},
      {R"({"extra_headers": {"Host": "x"}})", "expected headers that the codec does not write itself, found \"Host\""},
      {R"({"extra_headers": {"A": "x", "a": "y"}})", "extra_headers: expected each header once, found \"a\""},
      {R"({"extra_headers": {"authorization": "x"}})", "expected no Authorization while api_key_required is true"},
      {R"({"api_key_header": "api-key", "extra_headers": {"Api-Key": "x"}})", "expected no api-key while"},
      {R"({"api_key_header": "a b"})", "api_key_header: expected the name of a header, found \"a b\""},
      {R"({"api_key_header": "Host"})", "api_key_header: expected a header that the codec does not write itself"},
      {R"({"query": []})", "query: expected an object of strings, found []"},
      {R"({"query": {"a": 1}})", "query.a: expected a string, found 1"},
      {R"({"tools": "no"})", "tools: expected true or false, found \"no\""},
      {R"({"tool_call_ids": "any"})", "tool_call_ids: expected \"as_given\" or \"alphanumeric_9\", found \"any\""},
      {R"({"organization": "o", "extra_headers": {"OpenAI-Organization": "p"}})", "while organization is set"},
  };
  for (const Case& tried : cases) {
    const auto [code, message] = refusal_of(tried.config_json);
    INFO(tried.config_json << " -> " << message);
    CHECK(code == PLATOS_INVALID_ARGUMENT);
    CHECK(message.find(tried.message_part) != std::string::npos);
  }
}

TEST_CASE("a header value, which may be a key, is not repeated in the error") {
  const auto [code, message] = refusal_of(R"({"extra_headers": {"api-key": "sk-secret\n"}})");
  CHECK(code == PLATOS_INVALID_ARGUMENT);
  CHECK(message.find("sk-secret") == std::string::npos);
}

TEST_CASE("there are at most 60 extra headers, so that a step never has more than 64") {
  Json headers = Json::object();
  for (int i = 0; i < 60; ++i) headers["X-" + std::to_string(i)] = "v";
  CHECK(refusal_of(Json{{"extra_headers", headers}, {"organization", "o"}}.dump()).first == PLATOS_OK);
  headers["X-60"] = "v";
  CHECK(refusal_of(Json{{"extra_headers", headers}}.dump()).first == PLATOS_INVALID_ARGUMENT);
}

TEST_CASE("the schema of the component names exactly the keys that are read, with their defaults") {
  const Json schema = Json::parse(platos_plugin_v1.component_at(0)->config_schema);
  std::set<std::string> described;
  for (const auto& [key, value] : schema.at("properties").items()) described.insert(key);
  CHECK(described == std::set<std::string>{"base_url", "api_key_required", "extra_headers", "organization", "models",
                                           "usage_in_stream", "max_tokens_field", "path", "query", "api_key_header",
                                           "tools", "tool_call_ids"});
  const platos::provider_openai::Config defaults;
  CHECK(schema["properties"]["base_url"]["default"] == defaults.base_url);
  CHECK(schema["properties"]["api_key_required"]["default"] == defaults.api_key_required);
  CHECK(schema["properties"]["path"]["default"] == defaults.path);
  CHECK(schema["properties"]["api_key_header"]["default"] == defaults.api_key_header);
  CHECK(schema["properties"]["usage_in_stream"]["default"] == defaults.usage_in_stream);
  CHECK(schema["properties"]["tools"]["default"] == defaults.tools);
  CHECK(schema["properties"]["tool_call_ids"]["default"] == "as_given");
  CHECK(schema["properties"]["max_tokens_field"]["default"] == defaults.max_tokens_field);
}
