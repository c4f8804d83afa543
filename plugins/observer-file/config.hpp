// The configuration of one trace file, read once when the instance is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace platos::observer_file {

struct Config {
  std::int64_t max_bytes = 64LL * 1024 * 1024;  ///< of one file; from the member max_mb, 1 to 65536
  int keep = 4;                                 ///< rotated files beside trace.jsonl, 0 to 100
  std::size_t max_text_bytes = 4096;            ///< of one body or attribute text, 64 to 65536
};

/// Throws sdk::Error(PLATOS_INVALID_ARGUMENT) that names the member, what was expected and what was found.
Config parse_config(std::string_view config_json);

}  // namespace platos::observer_file
