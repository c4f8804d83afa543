// A program to be started by fork(2) and execve(2) from a test that has threads.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace platos::tests {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

/// All that execve(2) reads, made before the fork: what the child of a process with threads may do is what a signal
/// handler may do. Whether it can allocate depends on the allocator (AddressSanitizer's waits for ever now and then).
class PreparedCommand {
 public:
  /// The first word is the path of the program. It sees just this environment.
  PreparedCommand(Words words, const Variables& environment);
  PreparedCommand(const PreparedCommand&) = delete;
  PreparedCommand& operator=(const PreparedCommand&) = delete;

  /// In the child. Ends it with 127 when there is no such program.
  [[noreturn]] void execute() const noexcept;

 private:
  Words words_;
  Words variables_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
};

}  // namespace platos::tests
