// mock_provider [--port N]: the mock vendor as a program, until SIGTERM or SIGINT.
#include <sys/resource.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>

#include "mock_provider/mock_provider.hpp"

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

void allow_many_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(std::uint16_t port) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  // Before the server thread starts, so that it inherits the mask and the signals come only to sigwait.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  allow_many_connections();

  platos::tests::MockOptions options;
  options.port = port;
  options.kept_requests = 0;
  const platos::tests::MockProvider provider(options);
  std::printf("listening on 127.0.0.1:%u\n", static_cast<unsigned>(provider.port()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<std::uint16_t> port;
  if (argc == 1) port = 0;
  if (argc == 3 && std::string_view(argv[1]) == "--port") port = parse_port(argv[2]);
  if (!port) {
    std::fputs("usage: mock_provider [--port N]   (default 0: any free port)\n", stderr);
    return 2;
  }
  try {
    return run(*port);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mock_provider: %s\n", error.what());
    return 1;
  }
}
