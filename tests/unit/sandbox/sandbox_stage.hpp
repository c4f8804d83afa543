// A sandbox over a folder of the test, and a loop to wait on.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "base/task_set.hpp"
#include "sandbox/sandbox.hpp"
#include "support/daemon.hpp"
#include "support/temp_dir.hpp"

namespace platos::tests {

struct SandboxStage {
  TempDir data;
  base::SystemClock clock;
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Text};
  base::Loop loop{clock};
  sandbox::Options options = [this] {
    sandbox::Options made;
    made.helper = program_path("platos-sandbox");
    made.data_dir = data.path();
    return made;
  }();

  Result<ports::ScriptResult> run(const ports::ScriptJob& job, base::CancelToken cancel = {}) {
    sandbox::Sandbox box(options, clock, logger);
    return run_in(box, job, std::move(cancel));
  }
  Result<ports::ScriptResult> run_in(sandbox::Sandbox& box, const ports::ScriptJob& job,
                                     base::CancelToken cancel = {}) {
    return base::run_to_end(loop, box.run(loop, job, std::move(cancel)));
  }

  /// What this Python program prints; the test fails when the sandbox does.
  ports::ScriptResult python(const std::string& code, std::int64_t timeout_ms = 20'000) {
    ports::ScriptJob job;
    job.command = {"python3", "-I", "main.py"};
    job.files["main.py"] = code;
    job.timeout_ms = timeout_ms;
    return done(job);
  }
  ports::ScriptResult shell(const std::string& script, std::int64_t timeout_ms = 20'000) {
    ports::ScriptJob job;
    job.command = {"/bin/sh", "-c", script};
    job.timeout_ms = timeout_ms;
    return done(job);
  }
  ports::ScriptResult done(const ports::ScriptJob& job) {
    auto result = run(job);
    if (!result) FAIL(result.error().code << ": " << result.error().message);
    return std::move(*result);
  }
};

}  // namespace platos::tests
