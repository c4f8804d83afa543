// Signals as events of a loop.
#pragma once

#include <functional>

#include "base/loop.hpp"

namespace platos::daemon {

/// Blocks SIGTERM, SIGINT and SIGHUP, and ignores SIGPIPE. Before the first thread: threads inherit it.
void block_signals();

/// Calls `on_signal` on the loop for every blocked signal.
class Signals final : public base::FdHandler {
 public:
  Signals(base::Loop& loop, std::function<void(int)> on_signal);
  ~Signals() override;
  void on_ready(std::uint32_t events) override;

 private:
  base::Loop& loop_;
  std::function<void(int)> on_signal_;
  int fd_;
};

}  // namespace platos::daemon
