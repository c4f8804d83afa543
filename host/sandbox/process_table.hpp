// The processes of one sandbox, from the outside through its own /proc: what they use, and their end.
#pragma once

#include <cstdint>
#include <string>

#include "sandbox/descriptor.hpp"

namespace platos::sandbox {

struct ProcessUse {
  std::int64_t processes = 0;
  std::int64_t memory_bytes = 0;  ///< anonymous and shared pages, and their tables; those of files are everybody's
};

/// Files that are open and have no name any more.
struct UnlinkedUse {
  std::int64_t bytes = 0;  ///< on disk
  bool hidden = false;     ///< a process keeps its files from being looked at
};

/// Bound to one thread. Nothing in there is believed to be more than numbers.
class ProcessTable {
 public:
  ProcessTable() = default;
  /// A descriptor of the sandbox's /proc.
  explicit ProcessTable(Descriptor folder) : folder_(std::move(folder)) {}

  explicit operator bool() const { return static_cast<bool>(folder_); }
  ProcessUse use() const;
  /// Those below `folder`, a path as the sandbox has it. Looks at no more than `most` descriptors.
  UnlinkedUse unlinked(const std::string& folder, std::int64_t most) const;
  /// Kills the first of them, with which the kernel kills the others. Nothing when they are gone.
  void kill() const;
  /// Whether all its processes are gone. The first of them is the last that the kernel takes away.
  bool is_empty() const;

 private:
  Descriptor folder_;
};

}  // namespace platos::sandbox
