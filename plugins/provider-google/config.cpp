#include "config.hpp"

#include <nlohmann/json.hpp>

namespace platos::provider_google {
namespace {

constexpr ConfigReader kReader("provider-google");

void read_member(const std::string& key, const nlohmann::json& value, Config& config) {
  if (key == "base_url") {
    config.base_url = kReader.read_base_url(value, "https://generativelanguage.googleapis.com/v1beta");
  } else if (key == "api_key_required") {
    config.api_key_required = kReader.read_flag(key, value);
  } else if (key == "extra_headers") {
    config.extra_headers = kReader.read_extra_headers(value);
  } else if (key == "models") {
    config.models = kReader.read_models(value);
  } else {
    kReader.refuse_key(key, "base_url, api_key_required, extra_headers and models");
  }
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const nlohmann::json document = kReader.read_object(config_json);
  Config config;
  for (const auto& [key, value] : document.items()) read_member(key, value, config);
  if (config.api_key_required) {
    kReader.refuse_header(config.extra_headers, "x-goog-api-key", "while api_key_required is true");
  }
  return config;
}

}  // namespace platos::provider_google
