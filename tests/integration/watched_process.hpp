// A program that is watched while it runs, in a terminal of 60 columns or with pipes.
#pragma once

#include <sys/types.h>

#include <string>

#include "support/prepared_command.hpp"

namespace platos::tests {

/// Dies with the object.
class WatchedProcess {
 public:
  WatchedProcess(const Words& words, const Variables& environment, bool in_terminal);
  ~WatchedProcess();
  WatchedProcess(const WatchedProcess&) = delete;
  WatchedProcess& operator=(const WatchedProcess&) = delete;

  void type(const std::string& keys) const;
  void signal(int number) const;
  /// Reads on until the text has come behind what was found before; at most 30 s.
  bool read_until(const std::string& text);
  /// The exit code, once everything is read.
  int wait();
  const std::string& output() const { return output_; }

 private:
  bool read_some();

  pid_t pid_ = -1;
  int fd_ = -1;
  std::string output_;
  std::size_t found_ = 0;
};

}  // namespace platos::tests
