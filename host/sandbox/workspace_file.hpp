// Files that the host itself puts into a workspace. Blocking; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sandbox/options.hpp"

namespace platos::sandbox {

/// Whether a file of this size has room in the workspace at `path`. ResourceExhausted "workspace_full".
Result<void> check_room(const Options& options, const std::string& path, std::int64_t bytes);

/// Writes `folder`/`stem`.`extension` into the workspace at `path`, with "-2", "-3" behind the stem where the name is
/// taken, and returns where it lies, below the workspace. `folder` is made when there is none; it, `stem` and
/// `extension` are plain names. Follows no link, replaces nothing; readers see the whole file or none; programs may
/// change it. FailedPrecondition "workspace_blocked" when something else stands in the place of the folder;
/// ResourceExhausted "workspace_full".
Result<std::string> add_file(const Options& options, const std::string& path, const std::string& folder,
                             const std::string& stem, std::string_view extension, std::string_view bytes);

}  // namespace platos::sandbox
