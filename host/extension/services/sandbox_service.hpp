// Confined programs for plugin workers, carried by the sandbox and a loop.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/logger.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task_set.hpp"
#include "extension/services/call.hpp"
#include "sandbox/sandbox.hpp"

namespace platos::extension {

/// run() and workspace() are called on worker threads and block; what waits does so on the loop.
class SandboxService {
 public:
  SandboxService(base::Loop& loop, sandbox::Sandbox& sandbox, base::Logger& logger);

  /// In the workspace of the call's thread. For a call that was given up nothing begins. Waits for the program's end,
  /// the call's deadline, or its cancellation (looked at every 20 ms).
  Result<ports::ScriptResult> run(ports::ScriptJob job, const platos_call& call);

  /// The folder of the call's thread. FailedPrecondition "workspace_needs_thread" when it has none.
  Result<std::string> workspace(const platos_call& call);

  const sandbox::Options& options() const { return sandbox_.options(); }

  /// Ends what is under way; called on the loop before it stops.
  void stop();

 private:
  /// Whether a program may begin, or go on, for this call.
  Result<void> goes_on(const platos_call& call) const;

  base::Loop& loop_;
  sandbox::Sandbox& sandbox_;
  std::unique_ptr<base::TaskSet> tasks_;
  std::atomic<bool> stopped_{false};
};

}  // namespace platos::extension
