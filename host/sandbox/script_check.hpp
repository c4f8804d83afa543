// Whether a job can be run at all. Pure; any thread.
#pragma once

#include "base/result.hpp"
#include "ports/script_runner.hpp"

namespace platos::sandbox {

inline constexpr std::size_t kMaxFiles = 256;
inline constexpr std::size_t kMaxFileBytes = 16 * 1024 * 1024;    ///< of all files and the input together
inline constexpr std::size_t kMaxCommandBytes = 64 * 1024;        ///< with the environment
inline constexpr std::size_t kMaxOutputBytes = 16 * 1024 * 1024;  ///< of each stream

/// InvalidArgument "sandbox_job_invalid": which part of it, what was expected, what was found.
Result<void> check_script(const ports::ScriptJob& job);

}  // namespace platos::sandbox
