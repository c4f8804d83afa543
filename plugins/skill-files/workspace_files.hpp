// Files below one folder whose content is hostile: no path and no link leads out of it. Bound to one call.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/sandbox.hpp"

namespace platos::skill_files {

struct Entry {
  std::string path;  ///< below the workspace, without a slash at the beginning
  bool is_folder = false;
  std::int64_t bytes = 0;
};

/// "a/b" of "/workspace/a/b", "./a/b" and "a/b/"; empty for the workspace itself. Throws Error(INVALID_ARGUMENT) for
/// what is no plain relative path; ".." is not resolved but refused.
std::string plain_path(const std::string& given);

/// Every function throws Error: INVALID_ARGUMENT for a path that is no plain relative one, NOT_FOUND, PERMISSION_DENIED
/// for links, RESOURCE_EXHAUSTED when the workspace is full.
class WorkspaceFiles {
 public:
  explicit WorkspaceFiles(sdk::Workspace workspace);
  ~WorkspaceFiles();
  WorkspaceFiles(const WorkspaceFiles&) = delete;
  WorkspaceFiles& operator=(const WorkspaceFiles&) = delete;

  /// At most `max_bytes` from `offset`; `size` is that of the whole file.
  std::string read(const std::string& path, std::int64_t offset, std::size_t max_bytes, std::int64_t& size) const;
  /// Makes the folders on the way. Readers see the old content or the new, never a part.
  void write(const std::string& path, std::string_view content) const;
  /// Files and folders below `prefix`, by name, each folder before what is in it; at most `most`, and false when there
  /// are more.
  bool list(const std::string& prefix, std::size_t most, std::vector<Entry>& entries) const;
  /// A file or an empty folder.
  void remove(const std::string& path) const;
  /// Makes the folders on the way to `to`, and replaces a file there.
  void move(const std::string& from, const std::string& to) const;

 private:
  int open(const std::string& path, std::uint64_t flags, std::uint64_t mode = 0) const;
  int open_parent(const std::string& path, bool make, std::string& name) const;
  /// How many folders on the way to `path` are not there.
  std::uint64_t missing_folders(const std::string& path) const;
  void check_room(std::uint64_t more_bytes, std::uint64_t more_entries) const;

  sdk::Workspace workspace_;
  int root_ = -1;
};

}  // namespace platos::skill_files
