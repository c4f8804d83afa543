// Ctrl-C as an event: it stops a turn, not the program.
#pragma once

#include <functional>

#include "base/loop.hpp"

namespace platos::cli {

/// Blocks SIGINT as long as it lives. Make it before the first thread: threads inherit the block.
class Interrupts final : public base::FdHandler {
 public:
  Interrupts();
  ~Interrupts() override;
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Readable when Ctrl-C was pressed.
  int fd() const { return fd_; }
  /// True once for every press; does not wait.
  bool take();

  /// Calls `on_interrupt` on the loop, until unwatch().
  void watch(base::Loop& loop, std::function<void()> on_interrupt);
  void unwatch(base::Loop& loop);
  void on_ready(std::uint32_t events) override;

 private:
  int fd_ = -1;
  std::function<void()> on_interrupt_;
};

}  // namespace platos::cli
