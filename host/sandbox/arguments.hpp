// From a job to the command line that confines it.
#pragma once

#include <string>
#include <vector>

#include "ports/script_runner.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/options.hpp"

namespace platos::sandbox {

/// A child to be started.
struct Command {
  std::vector<std::string> arguments;   ///< the first is the program, absolute
  std::vector<Descriptor> descriptors;  ///< that it gets as 3, 4, 5 ...
};

/// bubblewrap with everything that it mounts, then the helper with the limits, then the job's own command. `filter`: of
/// seccomp_filter(); `status`: the end that the helper reports on. The job was checked by check_script().
/// FailedPrecondition "sandbox_unavailable": one of the operator's read-only paths is missing, or would show the data
/// directory.
Result<Command> command_of(const ports::ScriptJob& job, const Options& options, const Account& account,
                           const std::string& filter, Descriptor status);

}  // namespace platos::sandbox
