// platosd from its configuration to its end.
#pragma once

#include <string>
#include <vector>

#include "config/loader.hpp"
#include "config/paths.hpp"

namespace platos::daemon {

struct DaemonOptions {
  config::Sources sources;  ///< of the configuration, which SIGHUP reads again
  config::Loaded config;
  config::Paths paths;
  bool safe_mode = false;
  std::vector<std::string> arguments;  ///< of the process, for a restart of itself
};

/// Exit codes of platosd.
enum ExitCode { kExitOk = 0, kExitFailed = 1, kExitUsage = 2, kExitInUse = 5, kExitRestartedTooOften = 75 };

/// Runs until SIGTERM or SIGINT. The exit code.
int run_daemon(const DaemonOptions& options);

}  // namespace platos::daemon
