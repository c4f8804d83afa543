// Runs code that may hang, eat memory or crash, in a child process.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

// A sanitizer reserves terabytes of addresses: a limit on them would fail every test.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PLATOS_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PLATOS_TEST_SANITIZED 1
#endif
#endif

namespace platos::tests {

/// True when `body` returned true within ten seconds of processor time and a gigabyte. In a single-threaded test only.
inline bool survives(const std::function<bool()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::signal(SIGABRT, SIG_DFL);
    ::signal(SIGSEGV, SIG_DFL);
    const rlimit time{10, 10};
    const rlimit memory{std::size_t{1} << 30, std::size_t{1} << 30};
    ::setrlimit(RLIMIT_CPU, &time);
#ifdef PLATOS_TEST_SANITIZED
    (void)memory;
#else
    ::setrlimit(RLIMIT_AS, &memory);
#endif
    bool fine = false;
    try {
      fine = body();
    } catch (...) {
      fine = false;
    }
    ::_exit(fine ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace platos::tests
