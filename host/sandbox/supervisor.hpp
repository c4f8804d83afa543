// Watches one confined program until nothing of it is left.
#pragma once

#include <atomic>
#include <memory>

#include "ports/script_runner.hpp"
#include "sandbox/arguments.hpp"
#include "sandbox/descriptor.hpp"

namespace platos::sandbox {

/// Tells a supervisor to stop. Internally synchronised; raised once, by whoever gives up first.
class StopSignal {
 public:
  StopSignal();
  void raise();
  bool raised() const { return raised_; }
  /// Readable once raised.
  int handle() const { return handle_.get(); }

 private:
  std::atomic<bool> raised_{false};
  Descriptor handle_;
};

/// Runs the job and blocks until it has ended, or was stopped, and all of its processes are gone. The job was checked.
/// Errors: FailedPrecondition "sandbox_unavailable" (this machine cannot confine; nothing has run) and
/// "program_not_found"; Cancelled "cancelled"; Internal "sandbox_failed".
Result<ports::ScriptResult> supervise(const ports::ScriptJob& job, const Options& options, const Account& account,
                                      const std::string& filter, const StopSignal& stop);

}  // namespace platos::sandbox
