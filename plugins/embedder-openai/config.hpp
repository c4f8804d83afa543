// The configuration of one instance, read once when it is made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platos::embedder_openai {

/// Immutable after parse_config(), so every embedding may read it.
struct Config {
  std::string base_url = "https://api.openai.com/v1";  ///< without a slash at the end
  std::string model = "text-embedding-3-small";
  std::size_t dimensions = 0;  ///< of the vectors; known after parse_config()
  bool send_dimensions = false;
  std::string encoding_format = "base64";
  std::size_t max_texts = 100;
  bool api_key_required = true;
};

/// Reads the JSON object. Throws sdk::Error(INVALID_ARGUMENT) that names the key, what was expected and what was found.
Config parse_config(std::string_view config_json);

}  // namespace platos::embedder_openai
