// The configuration of one instance, read once when it is made.
#pragma once

#include <cstddef>
#include <string_view>

namespace platos::embedder_local {

struct Config {
  static constexpr std::size_t kMinDimensions = 64;
  static constexpr std::size_t kMaxDimensions = 1024;

  std::size_t dimensions = 256;
};

/// Reads the JSON object. Throws sdk::Error(INVALID_ARGUMENT) that names the key, what was expected and what was found.
Config parse_config(std::string_view config_json);

}  // namespace platos::embedder_local
