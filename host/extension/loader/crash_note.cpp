#include "extension/loader/crash_note.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>

namespace platos::extension {
namespace {

constexpr std::array<int, 5> kFatal = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};

std::atomic<int> note_fd{-1};
std::array<struct sigaction, kFatal.size()> former;

void add_mark() {
  const int fd = note_fd.exchange(-1);
  if (fd < 0) return;
  // Nothing could be done about a failure here.
  if (::write(fd, CrashNote::kMark.data(), CrashNote::kMark.size()) < 0) return;
}

// Async-signal-safe. Whoever handled the signal before gets it now: the faulting instruction runs again.
void on_fatal(int signal) {
  add_mark();
  for (std::size_t i = 0; i < kFatal.size(); ++i) {
    if (kFatal[i] == signal) ::sigaction(signal, &former[i], nullptr);
  }
  if (signal == SIGABRT) ::raise(signal);
}

}  // namespace

void CrashNote::arm(const std::string& path, const std::string& text) {
  static const bool at_exit = std::atexit(add_mark) == 0;
  (void)at_exit;
  disarm();
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  if (::write(fd, text.data(), text.size()) < 0) {
    ::close(fd);
    return;
  }
  note_fd = fd;
  struct sigaction action {};
  action.sa_handler = on_fatal;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kFatal.size(); ++i) ::sigaction(kFatal[i], &action, &former[i]);
}

void CrashNote::disarm() {
  const int fd = note_fd.exchange(-1);
  if (fd < 0) return;
  ::close(fd);
  for (std::size_t i = 0; i < kFatal.size(); ++i) ::sigaction(kFatal[i], &former[i], nullptr);
}

}  // namespace platos::extension
