// Processes of this machine, as /proc shows them: those that a test has caused, and whether they are gone.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace platos::tests {

/// A word that no command line holds but those of the test that asks for it.
std::string unique_word();

/// How many processes have `word` in their command line. One that has ended, and was not waited for, has none.
int processes_with(const std::string& word);

/// The children of a process, their children, and so on.
std::vector<pid_t> descendants_of(pid_t process);

/// Whether none of them runs.
bool are_gone(const std::vector<pid_t>& processes);

}  // namespace platos::tests
