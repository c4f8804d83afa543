// Checks on a loaded library's entry, before anything of it is called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "extension/loader/manifest.hpp"
#include "platos/entry.h"

namespace platos::extension {

/// What the manifest says it needs, before any of its code is loaded. FailedPrecondition "incompatible".
Result<void> check_sdk(std::int64_t generation, std::int64_t min_minor);

/// Magic, sizes, generation, minor, and that the functions are there. FailedPrecondition "incompatible" with both
/// numbers.
Result<void> check_entry(const platos_plugin_entry_t& entry);

/// The ids and versions that the library says equal those of its manifest, components included.
Result<void> check_identity(const platos_plugin_entry_t& entry, const Manifest& manifest);

/// Null when there is none, or its table cannot be.
const platos_component_t* find_component(const platos_plugin_entry_t& entry, std::string_view id);

/// What manifest and grant both name: the effective permission.
std::vector<std::string> both(const std::vector<std::string>& asked, const std::vector<std::string>& granted);

Result<std::string> sha256_of_file(const std::string& path);

}  // namespace platos::extension
