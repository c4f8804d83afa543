// Builds plugins as their authors do: against an installed SDK, outside of any tree.
#pragma once

#include <string>

#include "support/temp_dir.hpp"

namespace platos::tests {

/// Installs the SDK under `folder`, once, and builds a copy of `source` against it; the folder of the built plugin
/// `name`. Throws std::runtime_error with the tools' output when a step fails.
std::string build_out_of_tree(const TempDir& folder, const std::string& source, const std::string& name);

}  // namespace platos::tests
