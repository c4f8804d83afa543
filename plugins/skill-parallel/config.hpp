// The operator's configuration of an instance.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace platos::skill_parallel {

struct Config {
  std::string base_url;               ///< without a slash at its end
  std::int64_t research_wait_ms = 0;  ///< how long parallel_deep_research waits for its result
};

/// Throws sdk::Error(INVALID_ARGUMENT), which names the member, what was expected and what was found.
Config parse_config(std::string_view config_json);

}  // namespace platos::skill_parallel
