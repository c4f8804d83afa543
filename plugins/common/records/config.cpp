#include "config.hpp"

#include <string>

#include "common/bounded_json.hpp"
#include "limits.hpp"

namespace platos::records {
namespace {

constexpr std::string_view kWhat = "configuration of memory-sqlite";

std::int64_t take_integer(nlohmann::json& config, const char* member, std::int64_t least, std::int64_t most,
                          std::int64_t otherwise) {
  const auto found = config.find(member);
  if (found == config.end()) return otherwise;
  const nlohmann::json value = *found;
  config.erase(found);
  const bool fits = value.is_number_integer() && value >= least && value <= most;
  if (!fits) {
    plugin_common::refuse(std::string(kWhat) + ", " + member,
                          "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
                          plugin_common::describe(value));
  }
  return value.get<std::int64_t>();
}

}  // namespace

Config parse_config(std::string_view config_json) {
  constexpr std::size_t kMebibyte = 1024 * 1024;
  if (config_json.size() > kConfigBytes) plugin_common::refuse(kWhat, "at most 64 KiB", "more");
  nlohmann::json config = plugin_common::parse_object(config_json, kWhat, kJsonDepth);
  const std::int64_t cache_mb = take_integer(config, "cache_mb", 0, 65'536, 256);
  const std::int64_t records = take_integer(config, "max_records_per_space", 1, 10'000'000, 100'000);
  if (!config.empty()) {
    plugin_common::refuse(kWhat, "cache_mb and max_records_per_space", plugin_common::in_quotes(config.begin().key()));
  }
  return {static_cast<std::size_t>(cache_mb) * kMebibyte, records};
}

}  // namespace platos::records
