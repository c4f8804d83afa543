// platos.host.sandbox/1 in C++: confined programs and the folder of a thread, as values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "platos/cpp/plugin.hpp"
#include "platos/services/sandbox.h"

namespace platos::sdk {
inline namespace v1_0 {

/// See platos_sandbox_job_t.
struct SandboxJob {
  std::vector<std::string> command;
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;
  std::string input;
  std::int32_t timeout_ms = 30'000;
  std::uint64_t max_output_bytes = 64 * 1024;
};

/// See platos_sandbox_end_t.
struct SandboxEnd {
  std::int32_t exit_code = 0;
  bool timed_out = false;
  bool output_cut = false;
  std::string output;
  std::string errors;
  std::string stopped_for;
};

/// See platos_workspace_limits_t.
struct Workspace {
  std::string path;
  std::uint64_t max_bytes = 0;
  std::uint64_t max_entries = 0;
  std::uint64_t max_file_bytes = 0;
};

/// A cheap value; valid as long as the instance. Its functions block and throw HostFailure.
class Sandbox {
 public:
  /// Throws Error(PLATOS_FAILED_PRECONDITION) when "sandbox" was not asked for or granted.
  explicit Sandbox(const Host& host)
      : host_(host.table()), table_(host.service<platos_host_sandbox_t>(PLATOS_HOST_SANDBOX)) {
    if (table_ == nullptr) throw Error(PLATOS_FAILED_PRECONDITION, "a sandbox is needed: grant \"sandbox\"");
  }

  SandboxEnd run(const Call& call, const SandboxJob& job) const {
    std::vector<platos_slice_t> command;
    for (const std::string& word : job.command) command.push_back(slice(word));
    const auto files = pairs(job.files);
    const auto variables = pairs(job.variables);
    const platos_sandbox_job_t given = {sizeof given,     job.timeout_ms,      command.data(),   command.size(),
                                        files.data(),     files.size(),        variables.data(), variables.size(),
                                        slice(job.input), job.max_output_bytes};
    SandboxEnd end;
    const platos_sandbox_sink_t sink = {sizeof sink, 0, &end,
                                        [](void* context, const platos_sandbox_end_t* ended) -> std::int32_t {
                                          auto& out = *static_cast<SandboxEnd*>(context);
                                          out.exit_code = ended->exit_code;
                                          out.timed_out = (ended->flags & PLATOS_SANDBOX_TIMED_OUT) != 0;
                                          out.output_cut = (ended->flags & PLATOS_SANDBOX_OUTPUT_CUT) != 0;
                                          out.output = view(ended->output);
                                          out.errors = view(ended->errors);
                                          out.stopped_for = view(ended->stopped_for);
                                          return PLATOS_OK;
                                        }};
    const auto status = table_->run(host_, call.handle(), &given, &sink, call.error());
    if (status != PLATOS_OK) throw HostFailure(status);
    return end;
  }

  Workspace workspace(const Call& call) const {
    Workspace made;
    platos_workspace_limits_t limits{};
    limits.struct_size = sizeof limits;
    const platos_writer_t writer = {sizeof writer, 0, &made.path,
                                    [](void* context, platos_slice_t bytes) -> std::int32_t {
                                      static_cast<std::string*>(context)->append(view(bytes));
                                      return PLATOS_OK;
                                    }};
    const auto status = table_->workspace(host_, call.handle(), &writer, &limits, call.error());
    if (status != PLATOS_OK) throw HostFailure(status);
    made.max_bytes = limits.max_bytes;
    made.max_entries = limits.max_entries;
    made.max_file_bytes = limits.max_file_bytes;
    return made;
  }

 private:
  static std::vector<platos_sandbox_pair_t> pairs(const std::map<std::string, std::string>& from) {
    std::vector<platos_sandbox_pair_t> list;
    for (const auto& [name, value] : from) list.push_back({slice(name), slice(value)});
    return list;
  }

  const platos_host_t* host_;
  const platos_host_sandbox_t* table_;
};

}  // namespace v1_0
}  // namespace platos::sdk
