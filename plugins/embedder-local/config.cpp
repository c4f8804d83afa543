#include "config.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "platos/cpp/error.hpp"

namespace platos::embedder_local {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, "embedder-local config: " + what);
}

// No value of the wrong type is quoted: it may be of any length.
std::size_t read_dimensions(const nlohmann::json& value) {
  const std::string expected = "dimensions: expected an integer from " + std::to_string(Config::kMinDimensions) +
                               " to " + std::to_string(Config::kMaxDimensions) + ", found ";
  if (!value.is_number_integer()) refuse(expected + (value.is_number() ? value.dump() : value.type_name()));
  const bool in_range = value >= Config::kMinDimensions && value <= Config::kMaxDimensions;
  if (!in_range) refuse(expected + value.dump());
  return value.get<std::size_t>();
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const auto document = nlohmann::json::parse(config_json, nullptr, false);
  if (document.is_discarded()) refuse("expected a JSON object, found text that is not JSON");
  if (!document.is_object()) refuse(std::string("expected a JSON object, found ") + document.type_name());
  Config config;
  for (const auto& [key, value] : document.items()) {
    if (key != "dimensions") refuse("unknown key; the only known key is dimensions");
    config.dimensions = read_dimensions(value);
  }
  return config;
}

}  // namespace platos::embedder_local
