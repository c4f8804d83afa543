// The configuration of one instance, read once when it is made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/config_reading.hpp"

namespace platos::provider_anthropic {

/// Immutable after parse_config(), so every exchange may read it.
struct Config {
  std::string base_url = "https://api.anthropic.com";  ///< without a slash at the end
  bool api_key_required = true;                        ///< false: no x-api-key header is sent
  bool prompt_caching = true;                          ///< mark what the vendor shall keep for the next request
  std::int64_t max_output_tokens = 0;                  ///< for requests that do not say; 0: by the name of the model
  HeaderList extra_headers;
  std::vector<std::string> models;  ///< what models() lists
};

/// Reads the JSON object. Throws sdk::Error(INVALID_ARGUMENT) that names the key, what was expected and what was found.
Config parse_config(std::string_view config_json);

/// The address of the Messages API. A base_url that ends in "/v1" already has the first half of the path.
std::string messages_url(const Config& config);

}  // namespace platos::provider_anthropic
