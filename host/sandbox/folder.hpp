// Folders whose content somebody hostile has made: measured, trimmed and removed without ever following a link.
// Blocking; any thread. Depth costs neither stack nor descriptors.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace platos::sandbox {

struct FolderUse {
  std::int64_t bytes = 0;    ///< on disk
  std::int64_t entries = 0;  ///< files, folders, links
  std::int64_t depth = 0;    ///< folders below each other
};

/// Deeper than this is not looked into: it counts as too much.
inline constexpr std::int64_t kMaxDepth = 64;

/// Stops counting at `max_entries`. A folder that cannot be read is made readable first.
Result<FolderUse> use_of(const std::string& path, std::int64_t max_entries);

/// Removes every file below `path` that was changed since this time (of the inode, which programs cannot set back).
Result<void> remove_changed_since(const std::string& path, std::int64_t since_us);

/// Removes what is in the folder, however deep, and the folder too unless `keep`. Nobody may write in it meanwhile.
Result<void> remove_content(const std::string& path, bool keep);

}  // namespace platos::sandbox
