// The data directory: made, locked, identified.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"

namespace platos::daemon {

/// Holds the lock as long as it lives: two daemons on one directory would lose data.
class DataDir {
 public:
  /// Makes the directory with mode 0700. FailedPrecondition "data_dir_in_use" names the pid that holds it;
  /// "data_dir_unusable" says why it cannot be used.
  static Result<std::unique_ptr<DataDir>> open(const std::string& path);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const std::string& path() const { return path_; }
  /// A ULID, made once. The owner of leases: whoever holds the lock is this host.
  const std::string& host_id() const { return host_id_; }

  /// Writes where the API is served, for the CLI.
  void publish_url(const std::string& url) const;

 private:
  DataDir(std::string path, int lock_fd, std::string host_id)
      : path_(std::move(path)), lock_fd_(lock_fd), host_id_(std::move(host_id)) {}
  std::string path_;
  int lock_fd_;
  std::string host_id_;
};

}  // namespace platos::daemon
