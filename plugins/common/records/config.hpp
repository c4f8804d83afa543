// What an instance is configured with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace platos::records {

inline constexpr const char* kConfigSchema = R"({
  "type": "object", "additionalProperties": false, "properties": {
    "cache_mb": {"type": "integer", "minimum": 0, "maximum": 65536, "default": 256,
                 "description": "Memory for the vectors of spaces that were searched lately, in MiB."},
    "max_records_per_space": {"type": "integer", "minimum": 1, "maximum": 10000000, "default": 100000}}})";

struct Config {
  std::size_t cache_bytes;
  std::int64_t max_records_per_space;
};

/// Throws Error(PLATOS_INVALID_ARGUMENT).
Config parse_config(std::string_view config_json);

}  // namespace platos::records
