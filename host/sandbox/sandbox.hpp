// Runs programs that nobody here has read, each confined by the kernel, or not at all.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/worker_pool.hpp"
#include "ports/script_runner.hpp"
#include "sandbox/folder.hpp"
#include "sandbox/options.hpp"
#include "sandbox/supervisor.hpp"
#include "sandbox/workspaces.hpp"

namespace platos::sandbox {

/// Internally synchronised. A program has threads of the host's to watch it: at most `max_parallel` run at one time,
/// the others wait in a bounded queue. The destructor ends what runs.
class Sandbox final : public ports::ScriptRunner {
 public:
  Sandbox(Options options, base::Clock& clock, base::Logger& logger);
  ~Sandbox() override;
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Inside, the working folder is /job (read-only, when there are files) and the workspace is /workspace, also in the
  /// variable PLATOS_WORKSPACE; /tmp is its own. When it returns, no process of the program is left. Errors:
  /// InvalidArgument "sandbox_job_invalid"; FailedPrecondition "sandbox_unavailable", "program_not_found"; Unavailable
  /// "overloaded"; Cancelled "cancelled"; ResourceExhausted "workspace_full": nothing runs until files are deleted.
  Task<Result<ports::ScriptResult>> run(base::Loop& loop, ports::ScriptJob job, base::CancelToken cancel) override;

  Workspaces& workspaces() { return workspaces_; }
  const Options& options() const { return options_; }

  /// Removes workspaces that are old, again and again until cancelled.
  Task<void> upkeep(base::Loop& loop, base::CancelToken cancel);

 private:
  Result<ports::ScriptResult> execute(const ports::ScriptJob& job, const StopSignal& stop);
  /// In a workspace that stays.
  Result<ports::ScriptResult> run_kept(const ports::ScriptJob& job, const StopSignal& stop);
  Result<FolderUse> check_workspace(const std::string& path) const;
  Result<void> restore_workspace(const std::string& path, std::int64_t last_change_ns);

  const Options options_;
  base::Clock& clock_;
  base::Logger& logger_;
  Result<Account> account_;
  Account owner_;
  Result<std::string> filter_;
  Workspaces workspaces_;
  std::mutex mutex_;
  std::set<std::shared_ptr<StopSignal>> running_;
  bool stopping_ = false;
  std::unique_ptr<base::WorkerPool> pool_;
};

}  // namespace platos::sandbox
