// A folder of small files, read whole and with limits.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/result.hpp"

namespace platos::base {

struct FolderLimits {
  std::size_t max_files = 200;
  std::size_t max_file_bytes = 1024 * 1024;
  std::size_t max_total_bytes = 4 * 1024 * 1024;
  int max_depth = 8;
};

/// Relative path, with '/', to content; files and folders whose names begin with a dot are left out. Blocks. Errors:
/// NotFound "folder_not_found"; InvalidArgument "folder_irregular" for links, devices and sockets, which could lead out
/// of it; TooLarge "folder_too_large"; Unavailable "folder_unreadable".
Result<std::map<std::string, std::string>> read_folder(const std::string& path, const FolderLimits& limits = {});

}  // namespace platos::base
