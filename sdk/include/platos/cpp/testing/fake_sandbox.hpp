// platos.host.sandbox/1 for unit tests of a plugin: nothing is run. Include in tests only.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "platos/cpp/sandbox.hpp"
#include "platos/cpp/testing/fake_host.hpp"

namespace platos::sdk {
inline namespace v1_0 {
namespace testing {

/// Answers jobs by a function of the test, keeps them, and gives a folder of the test as the workspace of every thread.
/// Like a host it cuts output at the job's limit, and runs nothing for a call that was cancelled. Must outlive the
/// instances.
class FakeSandbox {
 public:
  /// Throws Error(status, reason) in place of a program's end.
  using Handler = std::function<SandboxEnd(const SandboxJob&)>;

  /// An empty `path`: calls have no thread.
  FakeSandbox(FakeHost& host, Handler handler, Workspace workspace = {})
      : handler_(std::move(handler)), workspace_(std::move(workspace)) {
    table_ = {sizeof table_, 0,
              [](const platos_host_t* self, platos_call_t* call, const platos_sandbox_job_t* job,
                 const platos_sandbox_sink_t* sink, platos_error_t* error) noexcept -> std::int32_t {
                std::int32_t status = PLATOS_OK;
                const auto ran = guard(self, error, [&] { status = of(self).run(*call, *job, *sink); });
                return ran == PLATOS_OK ? status : ran;
              },
              [](const platos_host_t* self, platos_call_t*, const platos_writer_t* writer,
                 platos_workspace_limits_t* limits, platos_error_t* error) noexcept -> std::int32_t {
                return of(self).give_workspace(self, *writer, *limits, error);
              }};
    host.services[PLATOS_HOST_SANDBOX] = &table_;
    host.owners[PLATOS_HOST_SANDBOX] = this;
  }

  std::vector<SandboxJob> jobs() {
    const std::lock_guard lock(mutex_);
    return jobs_;
  }

 private:
  static FakeSandbox& of(const platos_host_t* host) {
    return *static_cast<FakeSandbox*>(FakeHost::of(host).owners.at(PLATOS_HOST_SANDBOX));
  }
  static std::map<std::string, std::string> map_of(const platos_sandbox_pair_t* pairs, std::size_t count) {
    std::map<std::string, std::string> map;
    for (std::size_t i = 0; i < count; ++i) map[std::string(view(pairs[i].name))] = view(pairs[i].value);
    return map;
  }
  static SandboxJob job_of(const platos_sandbox_job_t& given) {
    SandboxJob job;
    for (std::size_t i = 0; i < given.command_count; ++i) job.command.emplace_back(view(given.command[i]));
    job.files = map_of(given.files, given.file_count);
    job.variables = map_of(given.variables, given.variable_count);
    job.input = view(given.input);
    job.timeout_ms = given.timeout_ms;
    job.max_output_bytes = given.max_output_bytes;
    return job;
  }

  std::int32_t run(const platos_call& call, const platos_sandbox_job_t& given, const platos_sandbox_sink_t& sink) {
    if (call.cancelled) throw Error(PLATOS_CANCELLED, "the call was cancelled");
    const SandboxJob job = job_of(given);
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(job);
    }
    SandboxEnd made = handler_(job);
    for (std::string* text : {&made.output, &made.errors}) {
      made.output_cut = made.output_cut || text->size() > job.max_output_bytes;
      text->resize(std::min<std::size_t>(text->size(), job.max_output_bytes));
    }
    platos_sandbox_end_t end{};
    end.struct_size = sizeof end;
    end.exit_code = made.exit_code;
    if (made.timed_out) end.flags |= PLATOS_SANDBOX_TIMED_OUT;
    if (made.output_cut) end.flags |= PLATOS_SANDBOX_OUTPUT_CUT;
    end.output = slice(made.output);
    end.errors = slice(made.errors);
    end.stopped_for = slice(made.stopped_for);
    return sink.ended(sink.context, &end);
  }

  std::int32_t give_workspace(const platos_host_t* self, const platos_writer_t& writer,
                              platos_workspace_limits_t& limits, platos_error_t* error) const {
    if (workspace_.path.empty()) {
      self->error_set(self, error, PLATOS_FAILED_PRECONDITION, slice("a workspace needs a thread"), {});
      return PLATOS_FAILED_PRECONDITION;
    }
    limits.max_bytes = workspace_.max_bytes;
    limits.max_entries = workspace_.max_entries;
    limits.max_file_bytes = workspace_.max_file_bytes;
    return writer.write(writer.context, slice(workspace_.path));
  }

  Handler handler_;
  Workspace workspace_;
  std::mutex mutex_;
  std::vector<SandboxJob> jobs_;
  platos_host_sandbox_t table_{};
};

}  // namespace testing
}  // namespace v1_0
}  // namespace platos::sdk
