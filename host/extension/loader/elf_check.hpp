// Looks at a library without running any of its code.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace platos::extension {

/// The entry symbol of this generation.
inline constexpr std::string_view kEntrySymbol = "platos_plugin_v1";

/// Exactly one exported symbol, the entry; no needed library besides the C and C++ run time and simdjson. Libraries may
/// be asked for in the manifest once plugins need more. PermissionDenied "elf_refused" names what was found.
Result<void> check_library(const std::string& path);

}  // namespace platos::extension
