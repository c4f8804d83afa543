#include "config.hpp"

#include "common/bounded_json.hpp"

namespace platos::skill_parallel {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostWaitMs = 300'000;
constexpr const char* kWhat = "configuration of parallel";

}  // namespace

Config parse_config(std::string_view config_json) {
  const json object = plugin_common::parse_object(config_json, kWhat, 16);
  Config config{"https://api.parallel.ai", kMostWaitMs};
  for (const auto& [key, value] : object.items()) {
    const std::string where = std::string(kWhat) + ": " + key;
    if (key == "base_url") {
      config.base_url = value.is_string() ? value.get<std::string>() : std::string();
      if (!config.base_url.starts_with("https://") && !config.base_url.starts_with("http://")) {
        plugin_common::refuse(
            where, "a URL with http or https",
            value.is_string() ? plugin_common::in_quotes(config.base_url) : plugin_common::describe(value));
      }
      while (config.base_url.ends_with('/')) config.base_url.pop_back();
    } else if (key == "research_wait_ms") {
      config.research_wait_ms = plugin_common::integer_between(where, value, 0, kMostWaitMs);
    } else {
      plugin_common::refuse(kWhat, "\"base_url\" and \"research_wait_ms\"", plugin_common::in_quotes(key));
    }
  }
  return config;
}

}  // namespace platos::skill_parallel
