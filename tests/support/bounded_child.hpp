// Work that may never end or eat all memory, tried where that does no harm.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace platos::tests {

/// Runs `work` in a child with 5 s and 1 GiB of address space; false when it did not come back, or threw.
template <typename Work>
bool ends(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit memory{1u << 30, 1u << 30};
    ::setrlimit(RLIMIT_AS, &memory);
    ::signal(SIGABRT, SIG_DFL);
    ::alarm(5);
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace platos::tests
