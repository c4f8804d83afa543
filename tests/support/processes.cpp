#include "support/processes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>

namespace platos::tests {
namespace {

namespace fs = std::filesystem;

// Without a stream: those throw when the process ends between open and read.
std::string content_of(const std::string& path) {
  std::string text;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  char buffer[4096];
  for (ssize_t got = ::read(file, buffer, sizeof buffer); got > 0; got = ::read(file, buffer, sizeof buffer))
    text.append(buffer, static_cast<std::size_t>(got));
  ::close(file);
  return text;
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
      found.push_back(std::stoi(name));
  }
  return found;
}

struct State {
  char letter = 'X';  ///< Z: it has ended, and nobody has waited for it; X: there is none
  pid_t parent = 0;
};

State state_of(pid_t process) {
  const std::string stat = content_of("/proc/" + std::to_string(process) + "/stat");
  const auto name_end = stat.rfind(')');
  State state;
  if (name_end == std::string::npos) return state;
  std::istringstream(stat.substr(name_end + 1)) >> state.letter >> state.parent;
  return state;
}

}  // namespace

std::string unique_word() {
  static int next = 0;
  return "platos-" + std::to_string(::getpid()) + "-" + std::to_string(next++) + "-";
}

int processes_with(const std::string& word) {
  int count = 0;
  for (const pid_t each : all_processes()) {
    if (content_of("/proc/" + std::to_string(each) + "/cmdline").find(word) != std::string::npos) ++count;
  }
  return count;
}

std::vector<pid_t> descendants_of(pid_t process) {
  std::vector<pid_t> family = {process};
  const auto everybody = all_processes();
  for (std::size_t i = 0; i < family.size(); ++i) {
    for (const pid_t each : everybody) {
      if (state_of(each).parent == family[i]) family.push_back(each);
    }
  }
  family.erase(family.begin());
  return family;
}

bool are_gone(const std::vector<pid_t>& processes) {
  return std::all_of(processes.begin(), processes.end(), [](pid_t each) {
    const char letter = state_of(each).letter;
    return letter == 'X' || letter == 'Z';
  });
}

}  // namespace platos::tests
