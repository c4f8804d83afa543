#include "extension/services/sandbox_service.hpp"

#include <algorithm>
#include <chrono>
#include <future>

#include "extension/services/host_table.hpp"

namespace platos::extension {
namespace {

using Ended = Result<ports::ScriptResult>;
using std::chrono::milliseconds;

constexpr milliseconds kLookAtCall{20};
constexpr milliseconds kLongestDying{1'500};  // within the grace of a call that was given up
constexpr std::size_t kMaxPairs = 1024;
constexpr std::size_t kMaxJobBytes =
    32 * 1024 * 1024;  // before it is copied; check_script() has the limits of each part

using Cancel = std::shared_ptr<base::CancelSource>;  // touched on the loop only

// The promise is the frame's own: when the loop stops and takes the frame away, who waits hears of that too.
Task<void> run_script(sandbox::Sandbox& sandbox, base::Loop& loop, ports::ScriptJob job, Cancel cancel,
                      std::shared_ptr<std::promise<Ended>> promise) {
  auto ended = co_await sandbox.run(loop, std::move(job), cancel->token());
  promise->set_value(std::move(ended));
}

std::string text_from(platos_slice_t slice) {
  return slice.data == nullptr ? std::string() : std::string(slice.data, slice.size);
}

/// Adds up what a job holds. False: a size without data, or more than a job may be.
class JobSize {
 public:
  bool add(platos_slice_t slice) {
    if (slice.size > left_ || (slice.data == nullptr && slice.size > 0)) return false;
    left_ -= slice.size;
    return true;
  }
  bool add(const platos_sandbox_pair_t* pairs, std::size_t count) {
    if (count == 0) return true;
    return pairs != nullptr && count <= kMaxPairs &&
           std::all_of(pairs, pairs + count, [this](const auto& pair) { return add(pair.name) && add(pair.value); });
  }

 private:
  std::size_t left_ = kMaxJobBytes;
};

bool is_whole(const platos_sandbox_job_t* job) {
  if (job == nullptr || job->struct_size < sizeof *job || job->command == nullptr || job->command_count > kMaxPairs)
    return false;
  JobSize size;
  return std::all_of(job->command, job->command + job->command_count,
                     [&size](platos_slice_t word) { return size.add(word); }) &&
         size.add(job->input) && size.add(job->files, job->file_count) && size.add(job->variables, job->variable_count);
}

ports::ScriptJob script_of(const platos_sandbox_job_t& given) {
  ports::ScriptJob job;
  for (std::size_t i = 0; i < given.command_count; ++i) job.command.push_back(text_from(given.command[i]));
  for (std::size_t i = 0; i < given.file_count; ++i)
    job.files[text_from(given.files[i].name)] = text_from(given.files[i].value);
  for (std::size_t i = 0; i < given.variable_count; ++i)
    job.environment[text_from(given.variables[i].name)] = text_from(given.variables[i].value);
  job.input = text_from(given.input);
  job.timeout_ms = given.timeout_ms;
  job.max_output_bytes = given.max_output_bytes;
  job.start_in_workspace = true;
  return job;
}

}  // namespace

SandboxService::SandboxService(base::Loop& loop, sandbox::Sandbox& sandbox, base::Logger& logger)
    : loop_(loop),
      sandbox_(sandbox),
      tasks_(std::make_unique<base::TaskSet>(loop, [&logger](std::string_view, std::exception_ptr) {
        logger.error("extension", "an exception left a plugin's program");
      })) {}

void SandboxService::stop() {
  stopped_ = true;
  tasks_.reset();
}

Result<std::string> SandboxService::workspace(const platos_call& call) {
  auto path = sandbox_.workspaces().open(call.context.scope.environment_id, call.context.thread_id);
  if (!path && path.error().code == "workspace_needs_thread") path.error().kind = ErrorKind::FailedPrecondition;
  return path;
}

Result<void> SandboxService::goes_on(const platos_call& call) const {
  if (call.cancelled) return fail(ErrorKind::Cancelled, "cancelled", "the call was cancelled");
  if (loop_.clock().monotonic_us() > call.context.deadline_us)
    return fail(ErrorKind::Deadline, "deadline", "the call's deadline is over");
  // Nobody is on the loop any more to begin a program, or to tell of its end.
  if (stopped_) return fail(ErrorKind::Unavailable, "draining", "the host is stopping");
  return {};
}

Result<ports::ScriptResult> SandboxService::run(ports::ScriptJob job, const platos_call& call) {
  if (auto begins = goes_on(call); !begins) return fail(begins.error());
  if (!call.context.thread_id.empty()) {
    auto path = workspace(call);
    if (!path) return fail(path.error());
    job.workspace = std::move(*path);
  }
  auto cancel = std::make_shared<base::CancelSource>();
  auto promise = std::make_shared<std::promise<Ended>>();
  auto ended = promise->get_future();
  loop_.post([this, job = std::move(job), cancel, promise = std::move(promise)]() mutable {
    if (tasks_)
      tasks_->start("plugin program", run_script(sandbox_, loop_, std::move(job), cancel, std::move(promise)));
  });
  while (ended.wait_for(kLookAtCall) != std::future_status::ready) {
    const auto going = goes_on(call);
    if (going) continue;
    // The program is gone when this returns: what it writes into the workspace ends with the call.
    loop_.post([cancel] { cancel->cancel("cancelled"); });
    ended.wait_for(kLongestDying);
    return fail(going.error());
  }
  try {
    return ended.get();
  } catch (const std::future_error&) {  // the loop stops
    return fail(ErrorKind::Unavailable, "draining", "the host is stopping");
  }
}

void HostTable::fill_sandbox() {
  sandbox_table_.struct_size = sizeof sandbox_table_;
  sandbox_table_.run = [](const platos_host_t* self, platos_call_t* call, const platos_sandbox_job_t* job,
                          const platos_sandbox_sink_t* sink, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).run_script(call, job, sink, error);
  };
  sandbox_table_.workspace = [](const platos_host_t* self, platos_call_t* call, const platos_writer_t* writer,
                                platos_workspace_limits_t* limits, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).workspace(call, writer, limits, error);
  };
}

std::int32_t HostTable::run_script(platos_call_t* call, const platos_sandbox_job_t* job,
                                   const platos_sandbox_sink_t* sink, platos_error_t* error) const {
  if (call == nullptr || sink == nullptr || sink->ended == nullptr || !is_whole(job))
    return refuse(error, PLATOS_INVALID_ARGUMENT, "sandbox: a call, a sink and a whole job are needed");
  const auto ended = services_.sandbox->run(script_of(*job), *call);
  if (!ended) return refuse(error, status_of(ended.error()), ended.error().message);
  platos_sandbox_end_t end{};
  end.struct_size = sizeof end;
  end.exit_code = ended->exit_code;
  end.flags = 0;
  if (ended->timed_out) end.flags |= PLATOS_SANDBOX_TIMED_OUT;
  if (ended->output_cut) end.flags |= PLATOS_SANDBOX_OUTPUT_CUT;
  end.output = slice_of(ended->output);
  end.errors = slice_of(ended->errors);
  end.stopped_for = slice_of(ended->stopped_for);
  return call_plugin([&] { return sink->ended(sink->context, &end); },
                     [&](const char* what) { refuse(error, PLATOS_INTERNAL, std::string("sandbox: ") + what); });
}

std::int32_t HostTable::workspace(platos_call_t* call, const platos_writer_t* writer, platos_workspace_limits_t* limits,
                                  platos_error_t* error) const {
  if (call == nullptr || writer == nullptr || writer->write == nullptr || limits == nullptr ||
      limits->struct_size < sizeof *limits)
    return refuse(error, PLATOS_INVALID_ARGUMENT, "workspace: a call, a writer and room for the limits are needed");
  const auto path = services_.sandbox->workspace(*call);
  if (!path) return refuse(error, status_of(path.error()), path.error().message);
  const sandbox::Options& options = services_.sandbox->options();
  limits->max_bytes = static_cast<std::uint64_t>(options.workspace_bytes);
  limits->max_entries = static_cast<std::uint64_t>(options.workspace_entries);
  limits->max_file_bytes = static_cast<std::uint64_t>(options.file_bytes);
  return writer->write(writer->context, slice_of(*path));
}

}  // namespace platos::extension
