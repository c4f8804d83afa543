#include "integration/watched_process.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <stdexcept>

namespace platos::tests {
WatchedProcess::WatchedProcess(const Words& words, const Variables& environment, bool in_terminal) {
  const PreparedCommand command(words, environment);
  winsize size{};
  size.ws_row = 24;
  size.ws_col = 60;
  int output[2] = {-1, -1};
  if (!in_terminal && ::pipe(output) != 0) throw std::runtime_error("pipe failed");
  pid_ = in_terminal ? ::forkpty(&fd_, nullptr, nullptr, &size) : ::fork();
  if (pid_ < 0) throw std::runtime_error("no child process: is /dev/pts mounted?");
  if (pid_ == 0) {
    if (!in_terminal) {
      ::dup2(output[1], STDOUT_FILENO);
      ::dup2(output[1], STDERR_FILENO);
      ::close(output[0]);
    }
    ::alarm(60);
    command.execute();
  }
  if (in_terminal) return;
  fd_ = output[0];
  ::close(output[1]);
}

WatchedProcess::~WatchedProcess() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
  wait();
  ::close(fd_);
}

void WatchedProcess::type(const std::string& keys) const { REQUIRE(::write(fd_, keys.data(), keys.size()) > 0); }

void WatchedProcess::signal(int number) const { ::kill(pid_, number); }

bool WatchedProcess::read_until(const std::string& text) {
  std::size_t found = output_.find(text, found_);
  while (found == std::string::npos && read_some()) found = output_.find(text, found_);
  if (found == std::string::npos) return false;
  found_ = found + text.size();
  return true;
}

int WatchedProcess::wait() {
  while (read_some()) {
  }
  int status = 0;
  if (pid_ > 0) ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool WatchedProcess::read_some() {
  pollfd event{fd_, POLLIN, 0};
  if (::poll(&event, 1, 30'000) <= 0) return false;
  char buffer[4096];
  const auto got = ::read(fd_, buffer, sizeof buffer);
  if (got <= 0) return false;
  output_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

}  // namespace platos::tests
