// The operator's configuration of an instance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend.hpp"

namespace platos::skill_web {

struct ConfiguredBackend {
  const Backend* backend;
  std::string base_url;  ///< without a slash at its end
};

struct Config {
  std::vector<ConfiguredBackend> backends;  ///< in the order in which they are asked
  std::size_t most_characters = 32'000;     ///< of a page's text
};

/// Throws sdk::Error(INVALID_ARGUMENT), which names the member, what was expected and what was found. Services that
/// have no URL are left out.
Config parse_config(std::string_view config_json);

}  // namespace platos::skill_web
