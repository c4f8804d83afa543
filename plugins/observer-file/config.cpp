#include "config.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "common/bounded_json.hpp"

namespace platos::observer_file {
namespace {

constexpr int kMaxDepth = 4;

std::int64_t read_integer(const std::string& member, const nlohmann::json& value, std::int64_t least,
                          std::int64_t most) {
  return plugin_common::integer_between("config of observer-file: " + member, value, least, most);
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const auto document = plugin_common::parse_object(config_json, "config of observer-file", kMaxDepth);
  Config config;
  for (const auto& [member, value] : document.items()) {
    if (member == "max_mb") {
      config.max_bytes = read_integer(member, value, 1, 65536) * 1024 * 1024;
    } else if (member == "keep") {
      config.keep = static_cast<int>(read_integer(member, value, 0, 100));
    } else if (member == "max_text_bytes") {
      config.max_text_bytes = static_cast<std::size_t>(read_integer(member, value, 64, 65536));
    } else {
      plugin_common::refuse("config of observer-file", "the members max_mb, keep and max_text_bytes",
                            plugin_common::in_quotes(member));
    }
  }
  return config;
}

}  // namespace platos::observer_file
