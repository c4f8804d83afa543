#include "sandbox/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace platos::sandbox {
namespace {

struct SpawnActions {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnActions() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnActions() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
};

// A target number must not be the source of a later one, so all sources lie above the targets first.
Result<std::vector<Descriptor>> moved_up(const Command& command, int input, int output, int errors) {
  std::vector<int> sources = {input, output, errors};
  for (const auto& descriptor : command.descriptors) sources.push_back(descriptor.get());
  std::vector<Descriptor> moved;
  for (const int source : sources) {
    moved.emplace_back(::fcntl(source, F_DUPFD_CLOEXEC, static_cast<int>(sources.size())));
    if (!moved.back()) return system_failure("a descriptor of the child");
  }
  return moved;
}

void set_attributes(posix_spawnattr_t& attributes) {
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

}  // namespace

Result<Child> Child::start(const Command& command, int input, int output, int errors) {
  const auto sources = moved_up(command, input, output, errors);
  if (!sources) return fail(sources.error());
  SpawnActions spawn;
  const int count = static_cast<int>(sources->size());
  for (int i = 0; i < count; ++i)
    ::posix_spawn_file_actions_adddup2(&spawn.actions, (*sources)[static_cast<std::size_t>(i)].get(), i);
  ::posix_spawn_file_actions_addclosefrom_np(&spawn.actions, count);
  set_attributes(spawn.attributes);
  std::vector<char*> arguments;
  for (const auto& word : command.arguments) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  char* no_environment[] = {nullptr};
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, arguments[0], &spawn.actions, &spawn.attributes, arguments.data(),
                                   static_cast<char**>(no_environment));
  if (failed != 0) {
    errno = failed;
    auto failure = system_failure(command.arguments[0] + " cannot be started");
    failure.value().kind = ErrorKind::FailedPrecondition;
    failure.value().code = "sandbox_unavailable";
    return failure;
  }
  Child child(pid, Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))));
  if (!child.handle_) return system_failure("a handle of the child");
  return child;
}

Child::~Child() {
  if (pid_ < 0) return;
  kill();
  wait();
}

void Child::kill() const {
  if (pid_ <= 0) return;
  // Not waited for yet: the numbers are still its own. Its group holds what it has started and not yet tied to itself.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
}

int Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace platos::sandbox
