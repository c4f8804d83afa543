// Folders that the programs and file tools of one thread share.
#pragma once

#include <mutex>
#include <string>

#include "base/result.hpp"
#include "sandbox/options.hpp"

namespace platos::sandbox {

/// <data-dir>/workspaces/<environment>/<thread>, names hashed: nothing that a tenant writes becomes a name, and no two
/// tenants share a folder. Blocking; internally synchronised.
class Workspaces {
 public:
  Workspaces(const Options& options, const Account& account);

  /// The absolute path of the folder, made if need be; it counts as used now. InvalidArgument "workspace_needs_thread"
  /// without a thread.
  Result<std::string> open(const std::string& environment_id, const std::string& thread_id);

  /// Removes what was not used for `workspace_days`, then the longest unused until all fit in `workspaces_bytes`; never
  /// what was used within the last hour. How many.
  std::size_t sweep(std::int64_t now_s);

 private:
  Result<void> make_folder(const std::string& path, bool for_programs) const;

  const Options& options_;
  const Account& account_;
  std::string folder_;
  std::mutex mutex_;
};

}  // namespace platos::sandbox
