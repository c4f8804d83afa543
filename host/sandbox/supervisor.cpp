#include "sandbox/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "base/text.hpp"
#include "sandbox/child.hpp"
#include "sandbox/folder.hpp"
#include "sandbox/helper/protocol.hpp"
#include "sandbox/process_table.hpp"

namespace platos::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLookAtMemory{25};
constexpr milliseconds kLookAtWorkspace{200};
constexpr milliseconds kLongestDying{5'000};
constexpr int kKilled = 137;
constexpr const char* kWorkspaceInside = "/workspace";

/// One stream of the program: kept up to the cap, the rest read and dropped.
class Stream {
 public:
  Stream(Descriptor from, std::size_t max_bytes) : from_(std::move(from)), max_bytes_(max_bytes) {}

  int handle() const { return from_.get(); }  // -1, which poll() ignores, after the end
  bool cut() const { return cut_; }
  std::string take() { return std::move(text_); }

  /// Reads what is there, at most a megabyte at once, so that a flood does not keep others waiting.
  void read_some() {
    std::array<char, 64 * 1024> block;
    for (int i = 0; i < 16 && from_; ++i) {
      const ssize_t size = ::read(from_.get(), block.data(), block.size());
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (size <= 0) return from_.reset();
      const std::size_t room = max_bytes_ - text_.size();
      text_.append(block.data(), std::min(room, static_cast<std::size_t>(size)));
      cut_ = cut_ || static_cast<std::size_t>(size) > room;
    }
  }

 private:
  Descriptor from_;
  std::size_t max_bytes_;
  std::string text_;
  bool cut_ = false;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_failure("a pipe");
  Pipe made{Descriptor(ends[0]), Descriptor(ends[1])};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // of the reading end alone
  return made;
}

/// Of the file system that the folder lies on, for programs.
std::optional<std::int64_t> free_bytes(const std::string& folder) {
  struct statvfs found {};
  if (::statvfs(folder.c_str(), &found) != 0) return std::nullopt;
  return static_cast<std::int64_t>(found.f_bavail * found.f_frsize);
}

class Supervision {
 public:
  Supervision(const ports::ScriptJob& job, const Options& options, const StopSignal& stop, Child child, Stream output,
              Stream errors, Descriptor status)
      : job_(job),
        options_(options),
        stop_(stop),
        child_(std::move(child)),
        output_(std::move(output)),
        errors_(std::move(errors)),
        status_(std::move(status)),
        free_before_(job.workspace.empty() ? std::nullopt : free_bytes(job.workspace)),
        deadline_(Clock::now() + milliseconds(std::min(job.timeout_ms, options.max_timeout_ms))) {}

  Result<ports::ScriptResult> run() {
    while (!ended_ && end_reason_.empty()) look();
    child_.kill();
    const int code = child_.wait();
    end_the_rest();
    output_.read_some();
    errors_.read_some();
    return outcome(code);
  }

 private:
  void look() {
    std::array<pollfd, 5> watched{{{output_.handle(), POLLIN, 0},
                                   {errors_.handle(), POLLIN, 0},
                                   {status_.get(), POLLIN, 0},
                                   {stop_.handle(), POLLIN, 0},
                                   {child_.handle(), POLLIN, 0}}};
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
    const auto wait = std::clamp(left, milliseconds(0), kLookAtMemory);
    ::poll(watched.data(), watched.size(), static_cast<int>(wait.count()));
    if (watched[0].revents != 0) output_.read_some();
    if (watched[1].revents != 0) errors_.read_some();
    if (watched[2].revents != 0) read_status();
    if (stop_.raised()) return stop_for("cancelled");
    if (Clock::now() >= deadline_) return stop_for("time");
    // Its output stands in the pipes before it is gone.
    ended_ = watched[4].revents != 0 && watched[0].revents == 0 && watched[1].revents == 0;
    if (!ended_) check_use();
  }

  void read_status() {
    std::array<char, 64> record;
    iovec data{record.data(), record.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(status_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return status_.reset();
    if (record[0] == kNotRun) not_run_ = std::atoi(std::string(record.data() + 1, record.data() + size).c_str());
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (record[0] != kReady || header == nullptr || header->cmsg_type != SCM_RIGHTS) return;
    int folder = -1;
    std::memcpy(&folder, CMSG_DATA(header), sizeof folder);
    processes_ = ProcessTable(Descriptor(folder));
  }

  void check_use() {
    const auto now = Clock::now();
    if (!processes_ || now < next_look_) return;
    next_look_ = now + kLookAtMemory;
    const ProcessUse use = processes_.use();
    if (use.memory_bytes > options_.memory_bytes) return stop_for("memory");
    if (use.processes > options_.processes + 2) return stop_for("processes");  // bubblewrap's own and the program
    if (job_.workspace.empty()) return;
    if (disk_runs_full()) return stop_for("workspace");
    if (now >= next_workspace_look_) check_workspace();
  }

  // Files that are mapped only, or on their way through a socket, are nowhere to be seen, but take room all the same.
  // What neighbours write ends nobody before the disk itself is at its end.
  bool disk_runs_full() const {
    const auto now = free_bytes(job_.workspace);
    if (!now || !free_before_ || *now >= options_.workspace_bytes) return false;
    return *free_before_ - *now > options_.workspace_bytes;
  }

  void check_workspace() {
    const auto began = Clock::now();
    const auto use = use_of(job_.workspace, options_.workspace_entries);
    const auto unlinked = processes_.unlinked(kWorkspaceInside, (options_.processes + 2) * options_.open_files);
    const bool too_much = use && (use->bytes + unlinked.bytes > options_.workspace_bytes ||
                                  use->entries > options_.workspace_entries || use->depth >= kMaxDepth);
    if (too_much || unlinked.hidden) return stop_for("workspace");
    // A folder with much in it is looked at less often.
    next_workspace_look_ = Clock::now() + std::max<Clock::duration>(kLookAtWorkspace, 20 * (Clock::now() - began));
  }

  void stop_for(const char* reason) { end_reason_ = reason; }

  // For a moment bubblewrap's first process in the sandbox is in a session of its own already and does not yet die with
  // its parent. What it goes on with has said that it is ready, and is ended now, or cannot say so any more and gives
  // up.
  void end_the_rest() {
    if (status_) ::shutdown(status_.get(), SHUT_RDWR);
    while (status_) read_status();
    if (!processes_) return;
    processes_.kill();
    const auto until = Clock::now() + kLongestDying;
    while (!processes_.is_empty() && Clock::now() < until) std::this_thread::sleep_for(milliseconds(1));
  }

  Result<ports::ScriptResult> outcome(int code) {
    if (end_reason_ == "cancelled") return fail(ErrorKind::Cancelled, "cancelled", "the script was cancelled");
    if (not_run_) return not_run();
    if (!processes_ && end_reason_.empty()) return unconfined();
    ports::ScriptResult result;
    result.exit_code = end_reason_.empty() ? code : kKilled;
    result.output_cut = output_.cut() || errors_.cut();
    result.output = output_.take();
    result.errors = errors_.take();
    result.timed_out = end_reason_ == "time";
    if (!result.timed_out) result.stopped_for = end_reason_;
    return result;
  }

  tl::unexpected<Error> not_run() const {
    return fail(ErrorKind::FailedPrecondition, "program_not_found",
                "\"" + base::printable(job_.command.front()) +
                    "\" cannot be run in the sandbox: " + std::strerror(*not_run_) +
                    ". It sees /usr, its own files, and the folders of sandbox.read_only_paths");
  }

  tl::unexpected<Error> unconfined() {
    const std::string said = errors_.take();
    return fail(ErrorKind::FailedPrecondition, "sandbox_unavailable",
                "this machine cannot confine a program, so none is run: " +
                    base::printable(said.substr(0, said.find('\n')), 300) +
                    ". bubblewrap and user namespaces are needed; see the security model");
  }

  const ports::ScriptJob& job_;
  const Options& options_;
  const StopSignal& stop_;
  Child child_;
  Stream output_;
  Stream errors_;
  Descriptor status_;
  std::optional<std::int64_t> free_before_;
  Clock::time_point deadline_;
  Clock::time_point next_look_{};
  Clock::time_point next_workspace_look_{};
  ProcessTable processes_;
  std::optional<int> not_run_;
  std::string end_reason_;
  bool ended_ = false;
};

}  // namespace

StopSignal::StopSignal() : handle_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopSignal::raise() {
  if (raised_.exchange(true)) return;
  const std::uint64_t one = 1;
  if (::write(handle_.get(), &one, sizeof one) < 0) return;  // heard at the next look all the same
}

Result<ports::ScriptResult> supervise(const ports::ScriptJob& job, const Options& options, const Account& account,
                                      const std::string& filter, const StopSignal& stop) {
  auto input = file_in_memory(job.input);
  if (!input) return fail(input.error());
  auto output = make_pipe();
  if (!output) return fail(output.error());
  auto errors = make_pipe();
  if (!errors) return fail(errors.error());
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return system_failure("a status socket");
  Descriptor status(ends[0]);
  auto command = command_of(job, options, account, filter, Descriptor(ends[1]));
  if (!command) return fail(command.error());
  auto child = Child::start(*command, input->get(), output->write.get(), errors->write.get());
  if (!child) return fail(child.error());
  command->descriptors.clear();
  output->write.reset();
  errors->write.reset();
  Supervision supervision(job, options, stop, std::move(*child), Stream(std::move(output->read), job.max_output_bytes),
                          Stream(std::move(errors->read), job.max_output_bytes), std::move(status));
  return supervision.run();
}

}  // namespace platos::sandbox
