// A child process of the daemon, from its start to its end.
#pragma once

#include <sys/types.h>

#include "sandbox/arguments.hpp"
#include "sandbox/descriptor.hpp"

namespace platos::sandbox {

/// Bound to the thread that started it, which must outlive it: the kernel kills it with that thread. The destructor
/// kills it and waits.
class Child {
 public:
  /// Starts the command without a copy of this process (posix_spawn): no code of ours runs in between, so threads and
  /// locks are no danger. It has the three descriptors as its first, those of the command next, and no others; signals
  /// are as at the start of a program. `input`, `output`, `errors` may be closed afterwards.
  static Result<Child> start(const Command& command, int input, int output, int errors);

  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), handle_(std::move(other.handle_)) {}
  Child& operator=(Child&&) = delete;
  ~Child();

  /// Readable when it has ended.
  int handle() const { return handle_.get(); }
  void kill() const;
  /// Waits for its end; the exit code, or 128 + signal. Once.
  int wait();

 private:
  Child(pid_t pid, Descriptor handle) : pid_(pid), handle_(std::move(handle)) {}

  pid_t pid_;
  Descriptor handle_;
};

}  // namespace platos::sandbox
