#include "cli/interrupts.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace platos::cli {
namespace {
sigset_t interrupt_only() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}
}  // namespace

Interrupts::Interrupts() {
  const sigset_t set = interrupt_only();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

Interrupts::~Interrupts() {
  ::close(fd_);
  const sigset_t set = interrupt_only();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interrupts::take() {
  signalfd_siginfo info{};
  return ::read(fd_, &info, sizeof info) == sizeof info;
}

void Interrupts::watch(base::Loop& loop, std::function<void()> on_interrupt) {
  on_interrupt_ = std::move(on_interrupt);
  loop.watch(fd_, EPOLLIN, *this);
}

void Interrupts::unwatch(base::Loop& loop) {
  loop.unwatch(fd_);
  on_interrupt_ = nullptr;
}

void Interrupts::on_ready(std::uint32_t) {
  while (take()) {
    if (on_interrupt_) on_interrupt_();
  }
}

}  // namespace platos::cli
