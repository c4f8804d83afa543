// platosd --migrate: what the schema is, what would be done to it, and doing it, without serving.
#pragma once

#include <string>

#include "main/run.hpp"

namespace platos::daemon {

/// `what`: "status" (versions), "plan" (pending scripts), "apply" (brings it up to date; the data directory must be
/// free). Prints to stdout; the exit code.
int run_migrate(const DaemonOptions& options, const std::string& what);

}  // namespace platos::daemon
