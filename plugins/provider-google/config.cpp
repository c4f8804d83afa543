#include "config.hpp"

#include <nlohmann/json.hpp>

namespace platos::provider_google {
namespace {

constexpr ConfigReader kReader("provider-google");

}  // namespace

Config parse_config(std::string_view config_json) {
  const nlohmann::json document = kReader.read_object(config_json);
  Config config;
  for (const auto& [key, value] : document.items()) {
    if (!kReader.read_common(key, value, config))
      kReader.refuse_key(key, "base_url, api_key_required, extra_headers and models");
  }
  if (config.api_key_required) {
    kReader.refuse_header(config.extra_headers, "x-goog-api-key", "while api_key_required is true");
  }
  return config;
}

}  // namespace platos::provider_google
