#include "oracles/openapi/prism_proxy.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace platos::tests {

PrismProxy::PrismProxy(const std::string& document_path, const std::string& upstream_url) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  output_ = ends[0];
  const std::string script = std::string(PLATOS_OPENAPI_ORACLES) + "/node_modules/@stoplight/prism-cli/dist/index.js";
  std::vector<std::string> command = {PLATOS_NODE, script,   "proxy", "--errors",    "--host",
                                      "127.0.0.1", "--port", "0",     document_path, upstream_url};
  std::vector<char*> argv;
  for (auto& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execv(argv.front(), argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  wait_until_it_listens();
  reader_ = std::thread([output = output_] {
    char buffer[4096];
    while (::read(output, buffer, sizeof buffer) > 0) {
    }
  });
}

PrismProxy::~PrismProxy() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  reader_.join();
  ::close(output_);
}

void PrismProxy::wait_until_it_listens() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const std::string marker = "listening on ";
  std::string said;
  while (true) {
    const auto at = said.find(marker);
    const auto end = at == std::string::npos ? at : said.find('\n', at);
    if (end != std::string::npos) {
      url_ = said.substr(at + marker.size(), end - at - marker.size());
      break;
    }
    pollfd ready{output_, POLLIN, 0};
    char buffer[4096];
    const bool in_time = std::chrono::steady_clock::now() < until && ::poll(&ready, 1, 1000) >= 0;
    const auto count = !in_time ? 0 : ready.revents == 0 ? -1 : ::read(output_, buffer, sizeof buffer);
    if (count == 0) throw std::runtime_error("prism does not listen: " + said);
    if (count > 0) said.append(buffer, static_cast<std::size_t>(count));
  }
  while (!url_.empty() && (url_.back() < '0' || url_.back() > '9')) url_.pop_back();
}

}  // namespace platos::tests
