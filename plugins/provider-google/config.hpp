// The configuration of one instance, read once when it is made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/config_reading.hpp"

namespace platos::provider_google {

/// Immutable after parse_config(), so every exchange may read it.
struct Config {
  std::string base_url = "https://generativelanguage.googleapis.com/v1beta";  ///< without a slash at the end
  bool api_key_required = true;                                               ///< false: no x-goog-api-key is sent
  HeaderList extra_headers;
  std::vector<std::string> models;  ///< what models() lists
};

/// Reads the JSON object. Throws sdk::Error(INVALID_ARGUMENT) that names the key, what was expected and what was found.
Config parse_config(std::string_view config_json);

}  // namespace platos::provider_google
