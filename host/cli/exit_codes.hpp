// The exit codes of `platos`, for scripts.
#pragma once

#include "base/result.hpp"

namespace platos::cli {

enum ExitCode {
  kExitOk = 0,
  kExitFailed = 1,       ///< it was tried, and failed or was stopped
  kExitUsage = 2,        ///< the command line makes no sense
  kExitNotFound = 3,     ///< there is no such object
  kExitDenied = 4,       ///< no key, a wrong key, or not enough rights
  kExitUnavailable = 5,  ///< no server answers, or it takes no work now
};

int exit_code_of(const Error& error);

/// Codes of errors that are made here.
inline constexpr const char* kUsageError = "usage";

}  // namespace platos::cli
