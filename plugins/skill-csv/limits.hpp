// How much one call may take and give. Exceeding a limit is an INVALID_ARGUMENT that names the limit and what was
// found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/bounded_json.hpp"

namespace platos::skill_csv {

inline constexpr std::size_t kInputBytesLimit = 16 * 1024 * 1024;
inline constexpr std::size_t kFieldBytesLimit = 1024 * 1024;
inline constexpr std::size_t kRowLimit = 1'000'000;  ///< data rows, the header not counted
inline constexpr std::size_t kColumnLimit = 16'384;
/// Below the 16 MiB that the host takes of one call.
inline constexpr std::size_t kOutputBytesLimit = 15 * 1024 * 1024;

/// Throws Error(PLATOS_INVALID_ARGUMENT) when `found` is more than `limit`. `unit` is a plural, such as "bytes".
inline void check_limit(std::string_view what, std::size_t limit, std::string_view unit, std::size_t found) {
  if (found <= limit) return;
  const std::string unit_text = " " + std::string(unit);
  plugin_common::refuse(what, "at most " + std::to_string(limit) + unit_text, std::to_string(found) + unit_text);
}

}  // namespace platos::skill_csv
