#include "support/prepared_command.hpp"

#include <unistd.h>

#include <utility>

namespace platos::tests {
namespace {

std::vector<char*> null_terminated(Words& words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

PreparedCommand::PreparedCommand(Words words, const Variables& environment) : words_(std::move(words)) {
  for (const auto& [name, value] : environment) variables_.push_back(name + "=" + value);
  argv_ = null_terminated(words_);
  envp_ = null_terminated(variables_);
}

void PreparedCommand::execute() const noexcept {
  ::execve(argv_.front(), argv_.data(), envp_.data());
  ::_exit(127);
}

}  // namespace platos::tests
