// The shipped instances of this plugin: each loads with and without its environment, and may reach its vendor.
#include <catch2/catch.hpp>

#include "driver.hpp"
#include "model/json_schema.hpp"
#include "shipped_instance.hpp"

using namespace platos::provider_openai::testing;
using Json = nlohmann::json;

namespace {

std::string granted_prefix(const ShippedInstance& instance) {
  REQUIRE(instance.grant.at("http") == Json::array({"{{config.base_url}}/*"}));
  return instance.config.at("base_url").get<std::string>() + "/";
}

}  // namespace

TEST_CASE("the vendors that ship, where they are and what they are called in the environment") {
  struct Vendor {
    const char* name;
    const char* variables;  // prefix of _API_KEY and _BASE_URL
    const char* base_url;
  };
  const Vendor vendors[] = {
      {"azure", "AZURE_OPENAI", "https://azure-openai-base-url-is-not-set.invalid/openai/deployments"},
      {"cerebras", "CEREBRAS", "https://api.cerebras.ai/v1"},
      {"deepseek", "DEEPSEEK", "https://api.deepseek.com/v1"},
      {"fireworks", "FIREWORKS", "https://api.fireworks.ai/inference/v1"},
      {"groq", "GROQ", "https://api.groq.com/openai/v1"},
      {"mistral", "MISTRAL", "https://api.mistral.ai/v1"},
      {"ollama", "OLLAMA", "http://127.0.0.1:11434/v1"},
      {"openai", "OPENAI", "https://api.openai.com/v1"},
      {"openrouter", "OPENROUTER", "https://openrouter.ai/api/v1"},
      {"perplexity", "PERPLEXITY", "https://api.perplexity.ai"},
      {"together", "TOGETHER", "https://api.together.xyz/v1"},
      {"xai", "XAI", "https://api.x.ai/v1"},
  };
  std::vector<std::string> names;
  for (const Vendor& vendor : vendors) {
    INFO(vendor.name);
    names.emplace_back(vendor.name);
    const std::string prefix = vendor.variables;
    CHECK(shipped(vendor.name).config.at("base_url") == vendor.base_url);
    const std::string elsewhere = "http://127.0.0.1:1/v9";
    CHECK(shipped(vendor.name, {{prefix + "_BASE_URL", elsewhere}}).config.at("base_url") == elsewhere);
    const bool has_key = prefix != "OLLAMA";
    const Json secrets = has_key ? Json{{"api_key", "env:" + prefix + "_API_KEY"}} : Json::object();
    const ShippedInstance instance = shipped(vendor.name);
    CHECK(instance.file.at("secrets") == secrets);
    CHECK(instance.grant.at("secrets") == (has_key ? Json::array({"api_key"}) : Json::array()));
    CHECK(instance.config.value("api_key_required", true) == has_key);
  }
  CHECK(shipped_names() == names);
}

TEST_CASE("every shipped instance keeps to the schema, loads without its environment, and is granted its address") {
  const auto schema = platos::model::JsonSchema::compile(Json::parse(platos_plugin_v1.component_at(0)->config_schema));
  REQUIRE(schema);
  for (const std::string& name : shipped_names()) {
    INFO(name);
    const ShippedInstance bare = shipped(name);
    CHECK(bare.file.at("name") == name);
    CHECK(bare.grant.at("instance") == name);
    CHECK(bare.file.at("enabled") == true);
    CHECK(bare.file.at("component") == "openai");
    CHECK(schema->validate(bare.config, name, "instance_invalid").has_value());
    CHECK(refusal_of(bare.config_json()).second.empty());
    const ShippedInstance instance = usable(name);
    const Plugin plugin(instance.config_json());
    const auto outcome = run_exchange(plugin.instance, kStreamRequest, 200, {"data: [DONE]\n\n"});
    CHECK(outcome.done);
    CHECK(outcome.url.starts_with(granted_prefix(instance)));
  }
}

TEST_CASE("the schema refuses what the configuration refuses") {
  const auto schema = platos::model::JsonSchema::compile(Json::parse(platos_plugin_v1.component_at(0)->config_schema));
  REQUIRE(schema);
  for (const char* config : {R"({"tools":1})", R"({"tool_call_ids":"short"})", R"({"query":{"a":1}})", R"({"path":7})",
                             R"({"api_key_header":false})", R"({"paths":"/"})"}) {
    INFO(config);
    CHECK_FALSE(schema->validate(Json::parse(config), "config", "instance_invalid").has_value());
    CHECK(refusal_of(config).first == PLATOS_INVALID_ARGUMENT);
  }
}

TEST_CASE("an instance without an address loads, and says at the first request what to set") {
  const Result result = exchange(Plugin(shipped("azure").config_json()), {});
  CHECK(result.status == PLATOS_FAILED_PRECONDITION);
  CHECK(result.message.find("azure-openai-base-url-is-not-set.invalid") != std::string::npos);
  CHECK(result.message.find("set base_url") != std::string::npos);
  CHECK(result.detail_json == R"({"retryable":false})");
}
