// Runs a program that nobody here has read: a script of an installed skill, code that a model wrote.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/cancellation.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace platos::ports {

/// What is run. A value.
struct ScriptJob {
  std::vector<std::string> command;          ///< the program and its arguments; paths below the working folder
  std::map<std::string, std::string> files;  ///< relative path to content, laid out in the working folder, read-only
  std::map<std::string, std::string> environment;
  std::string input;      ///< standard input
  std::string workspace;  ///< absolute path of a folder that it may write; empty: a fresh one, gone afterwards
  std::int64_t timeout_ms = 30'000;
  std::size_t max_output_bytes = 1024 * 1024;  ///< of each stream; more is cut
  bool start_in_workspace = false;             ///< instead of the working folder
};

/// How it ended. A value.
struct ScriptResult {
  int exit_code = 0;  ///< 128 + the signal when it was killed
  std::string output;
  std::string errors;
  bool output_cut = false;
  bool timed_out = false;
  std::string stopped_for = {};  ///< what it took too much of: "memory", "processes", "workspace"; empty: nothing
};

/// Internally synchronised. Implemented by `sandbox` and tests.
class ScriptRunner {
 public:
  virtual ~ScriptRunner() = default;

  /// FailedPrecondition "sandbox_unavailable" when this machine cannot confine it: nothing runs unconfined.
  virtual Task<Result<ScriptResult>> run(base::Loop& loop, ScriptJob job, base::CancelToken cancel) = 0;
};

}  // namespace platos::ports
