// What a sandbox allows, for all programs alike.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace platos::sandbox {

/// A value.
struct Options {
  std::string bwrap = "/usr/bin/bwrap";
  std::string helper;                        ///< absolute path of platos-sandbox
  std::string data_dir;                      ///< of the daemon: never visible; workspaces lie in it
  std::string user = "nobody";               ///< whose rights programs have when the daemon is root
  std::vector<std::string> read_only_paths;  ///< of the operator, seen inside under the same names
  std::size_t max_parallel = 4;
  std::size_t max_queued = 256;
  std::int64_t max_timeout_ms = 300'000;
  std::int64_t cpu_ms = 60'000;                      ///< of one process
  std::int64_t memory_bytes = 1024 * 1024 * 1024;    ///< of one program with all its processes
  std::int64_t processes = 64;                       ///< threads count
  std::int64_t open_files = 256;                     ///< of one process
  std::int64_t file_bytes = 64 * 1024 * 1024;        ///< of one file
  std::int64_t temporary_bytes = 64 * 1024 * 1024;   ///< of /tmp, and of a workspace that is not kept
  std::int64_t workspace_bytes = 256 * 1024 * 1024;  ///< of one that is kept
  std::int64_t workspace_entries = 20'000;           ///< files and folders in it
  std::int64_t workspaces_bytes = std::int64_t{4} * 1024 * 1024 * 1024;
  std::int64_t workspace_days = 7;
};

/// Who programs are, outside of their namespace.
struct Account {
  bool change = false;  ///< the daemon is root and gives that up for them
  uid_t user = 0;
  gid_t group = 0;
};

}  // namespace platos::sandbox
