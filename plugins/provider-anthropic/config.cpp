#include "config.hpp"

#include <nlohmann/json.hpp>

namespace platos::provider_anthropic {
namespace {

constexpr ConfigReader kReader("provider-anthropic");
constexpr std::int64_t kMaxOutputTokens = 1'000'000;

void read_member(const std::string& key, const nlohmann::json& value, Config& config) {
  if (kReader.read_common(key, value, config)) return;
  if (key == "prompt_caching") {
    config.prompt_caching = kReader.read_flag(key, value);
  } else if (key == "max_output_tokens") {
    config.max_output_tokens = kReader.read_integer(key, value, 1, kMaxOutputTokens);
  } else {
    kReader.refuse_key(key, "base_url, api_key_required, prompt_caching, max_output_tokens, extra_headers and models");
  }
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const nlohmann::json document = kReader.read_object(config_json);
  Config config;
  for (const auto& [key, value] : document.items()) read_member(key, value, config);
  if (config.api_key_required) {
    kReader.refuse_header(config.extra_headers, "x-api-key", "while api_key_required is true");
  }
  kReader.refuse_header(config.extra_headers, "anthropic-version", "beside the codec's own");
  return config;
}

std::string messages_url(const Config& config) {
  return config.base_url + (config.base_url.ends_with("/v1") ? "/messages" : "/v1/messages");
}

}  // namespace platos::provider_anthropic
