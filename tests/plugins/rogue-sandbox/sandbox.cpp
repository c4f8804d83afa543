// A skill in raw C tables with one tool, "act", that is granted the sandbox. Configuration: {"do": "...", "file":
// "..."}: what it does with it, and where a call writes down that it has begun.
#include <fcntl.h>
#include <poll.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "platos/services/sandbox.h"
#include "rogue-kit/rogue_kit.hpp"

using platos::sdk::slice;
using platos::sdk::view;

namespace {

const platos_host_sandbox_t& service_of(const platos_host_t* host) {
  return *static_cast<const platos_host_sandbox_t*>(host->get_service(host, PLATOS_HOST_SANDBOX));
}

/// A job that is right, and a sink that keeps what the program has printed.
struct Job {
  std::string shell = "echo ran";
  std::string ended;
  platos_slice_t words[3] = {slice("sh"), slice("-c"), {}};
  platos_sandbox_job_t job{};
  platos_sandbox_sink_t sink{};

  Job() {
    words[2] = slice(shell);
    job.struct_size = sizeof job;
    job.timeout_ms = 60'000;
    job.command = words;
    job.command_count = 3;
    job.max_output_bytes = 1024;
    sink.struct_size = sizeof sink;
    sink.context = this;
    sink.ended = [](void* self, const platos_sandbox_end_t* end) -> std::int32_t {
      static_cast<Job*>(self)->ended = view(end->output);
      return PLATOS_OK;
    };
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  void say(const std::string& text) {
    shell = text;
    words[2] = slice(shell);
  }
  std::int32_t run(const platos_host_t* host, platos_call_t* call, platos_error_t* error) const {
    return service_of(host).run(host, call, &job, &sink, error);
  }
};

struct Acting {
  Acting(const platos_host_t* its_host, std::string_view config)
      : host(its_host), does(rogue::member(config, "do")), file(rogue::member(config, "file")) {
    // There is no call: nothing may run, and nothing may break.
    if (does == "at_its_start") note(Job().run(host, nullptr, nullptr));
  }
  ~Acting() {
    if (does == "at_its_end") note(Job().run(host, nullptr, nullptr));
  }
  void note(std::int32_t status) const {
    const std::string line = std::to_string(status) + "\n";
    const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out < 0 || ::write(out, line.data(), line.size()) < 0) throw std::runtime_error("the note cannot be written");
    ::close(out);
  }

  const platos_host_t* host;
  std::string does;
  std::string file;
};

/// Bends the job as the configuration says.
void bend(Job& job, const std::string& does) {
  static const platos_sandbox_pair_t pair = {{"a", 1}, {nullptr, 8}};
  static const platos_sandbox_pair_t huge = {{"a", 1}, {"b", SIZE_MAX / 2}};
  if (does == "job_small") job.job.struct_size = 8;
  if (does == "no_command") job.job.command = nullptr;
  if (does == "no_words") job.job.command_count = 0;
  if (does == "many_words") job.job.command_count = SIZE_MAX;
  if (does == "word_lies") job.words[1] = {nullptr, 100};
  if (does == "word_endless") job.words[1] = {"x", SIZE_MAX};
  if (does == "input_lies") job.job.input = {nullptr, 1};
  if (does == "input_endless") job.job.input = {"x", SIZE_MAX};
  if (does == "no_files") job.job.file_count = 3;
  if (does == "many_files") job.job.files = &pair, job.job.file_count = SIZE_MAX;
  if (does == "file_lies") job.job.files = &pair, job.job.file_count = 1;
  if (does == "variable_endless") job.job.variables = &huge, job.job.variable_count = 1;
  if (does == "no_time") job.job.timeout_ms = -5;
  if (does == "no_sink") job.sink.ended = nullptr;
  if (does == "sink_throws")
    job.sink.ended = [](void*, const platos_sandbox_end_t*) -> std::int32_t {
      throw std::runtime_error("in the sink");
    };
  if (does == "sink_refuses")
    job.sink.ended = [](void*, const platos_sandbox_end_t*) -> std::int32_t { return PLATOS_RESOURCE_EXHAUSTED; };
}

std::int32_t run_in_thread(const Acting& acting, platos_call_t* call, platos_error_t* error, Job& job) {
  std::int32_t status = PLATOS_INTERNAL;
  std::thread other([&] { status = job.run(acting.host, call, error); });
  other.join();
  return status;
}

std::int32_t invoke(platos_instance_t* instance, platos_call_t* call, platos_slice_t, platos_slice_t arguments,
                    const platos_tool_sink_t* sink, platos_error_t* error) {
  const Acting& acting = rogue::object_of<Acting>(instance);
  Job job;
  if (const std::string word = rogue::member(view(arguments), "word"); !word.empty())
    job.say("echo " + word + "; exec sleep 300; # " + word);
  bend(job, acting.does);
  std::int32_t status = PLATOS_OK;
  if (acting.does == "other_thread") {
    status = run_in_thread(acting, call, error, job);
  } else if (acting.does == "never_ends") {
    acting.note(0);
    for (;;) (void)job.run(acting.host, call, error);
  } else if (acting.does == "deaf") {
    acting.note(0);
    rogue::hang();
  } else if (acting.does == "no_call") {
    status = job.run(acting.host, nullptr, error);
  } else if (acting.does == "no_job") {
    status = service_of(acting.host).run(acting.host, call, nullptr, &job.sink, error);
  } else if (acting.does == "no_limits") {
    const platos_writer_t writer = {sizeof writer, 0, nullptr,
                                    [](void*, platos_slice_t) -> std::int32_t { return PLATOS_OK; }};
    status = service_of(acting.host).workspace(acting.host, call, &writer, nullptr, error);
  } else if (acting.does == "after_its_end") {
    acting.note(0);
    while (acting.host->is_cancelled(acting.host, call) == 0) ::poll(nullptr, 0, 5);
    acting.note(job.run(acting.host, call, error));
    status = PLATOS_CANCELLED;
  } else {
    status = job.run(acting.host, call, error);
  }
  if (status != PLATOS_OK) return status;
  const platos_output_t output = {sizeof output, PLATOS_OUTPUT_TEXT, slice(job.ended), {}};
  return sink->emit(sink->context, &output);
}

std::int32_t list(platos_instance_t*, const platos_writer_t* writer, platos_error_t*) {
  return rogue::write(writer,
                      R"([{"name":"act","description":"A fixture","input_schema":{"type":"object"},"effect":"once"}])");
}

const platos_skill_t kSkill = {sizeof(platos_skill_t), 0, list, invoke, nullptr};

}  // namespace

ROGUE_ENTRY(Acting, kSkill, PLATOS_SKILL_INTERFACE);
