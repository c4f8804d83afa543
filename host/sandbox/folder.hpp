// Folders whose content somebody hostile has made: measured, trimmed and removed without ever following a link.
// Blocking; any thread. Depth costs neither stack nor descriptors.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace platos::sandbox {

struct FolderUse {
  std::int64_t bytes = 0;             ///< on disk
  std::int64_t entries = 0;           ///< files, folders, links
  std::int64_t depth = 0;             ///< folders below each other
  std::int64_t newest_change_ns = 0;  ///< of the inodes, which programs cannot set back
};

/// Deeper than this is not looked into: it counts as too much.
inline constexpr std::int64_t kMaxDepth = 64;

/// Stops counting at `max_entries`. A folder that cannot be looked into is given to its owner (0700) first, and so is
/// one that is removed from, below: who made them may have taken the rights away.
Result<FolderUse> use_of(const std::string& path, std::int64_t max_entries);

/// Removes every file below `path` that was changed after `change_ns`, the newest change of an earlier look. No clock
/// is asked: where the kernel dates by several grains, a clock may lie behind the date of a file that is already there.
Result<void> remove_changed_after(const std::string& path, std::int64_t change_ns);

/// Removes what is in the folder, however deep, and the folder too unless `keep`. Nobody may write in it meanwhile: who
/// does keeps it from ending well, but leads it nowhere else.
Result<void> remove_content(const std::string& path, bool keep);

}  // namespace platos::sandbox
