// Folders that the programs and file tools of one thread share.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "sandbox/options.hpp"

namespace platos::sandbox {

/// What a program leaves to be restored that has overrun nothing.
inline constexpr std::int64_t kNothingOverrun = std::numeric_limits<std::int64_t>::max();

/// <data-dir>/workspaces/<environment>/<thread>, names hashed: nothing that a tenant writes becomes a name, and no two
/// tenants share a folder. Blocking; internally synchronised.
///
/// Programs of one thread may be in its workspace at once. The host removes there only while it is alone: a sweep
/// leaves out a workspace with a program in it, and what several programs have overrun is restored after the last of
/// them. Until that is done, the next program waits; it is not long, and not cancelled. What `add_file` puts there
/// meanwhile may go with the rest.
class Workspaces {
 public:
  Workspaces(const Options& options, const Account& account);

  /// The absolute path of the folder, made if need be; it counts as used now. InvalidArgument "workspace_needs_thread"
  /// without a thread.
  Result<std::string> open(const std::string& environment_id, const std::string& thread_id);

  /// A program begins to write in the workspace at `path`.
  void enter(const std::string& path);

  /// It has ended. What it overran is to be restored to the change `overrun_since_ns`. Given to the last program of the
  /// workspace: the earliest change of all who were in it, when anything is to be restored. The host is alone there
  /// then until `reopen`.
  std::optional<std::int64_t> leave(const std::string& path, std::int64_t overrun_since_ns);
  void reopen(const std::string& path);

  /// Removes what was not used for `workspace_days`, then the longest unused until all fit in `workspaces_bytes`; never
  /// what was used within the last hour, or has a program in it. How many.
  std::size_t sweep(std::int64_t now_s);

 private:
  /// Of one workspace that somebody is in.
  struct Presence {
    std::size_t programs = 0;
    bool host_alone = false;
    std::int64_t overrun_since_ns = kNothingOverrun;
  };

  Result<void> make_folder(const std::string& path, bool for_programs) const;
  void wait_for_host(std::unique_lock<std::mutex>& lock, const std::string& path);
  bool begin_removal(const std::string& path, std::int64_t last_used_ns);

  const Options& options_;
  const Account& account_;
  std::string folder_;
  std::mutex mutex_;
  std::condition_variable reopened_;
  std::map<std::string, Presence> present_;
};

}  // namespace platos::sandbox
