// Signals as events of a loop.
#pragma once

#include <functional>
#include <initializer_list>

#include "base/loop.hpp"

namespace platos::daemon {

/// Blocks the signals for the whole process (make it before the first thread) and calls `on_signal` on the loop.
class Signals final : public base::FdHandler {
 public:
  Signals(base::Loop& loop, std::initializer_list<int> signals, std::function<void(int)> on_signal);
  ~Signals() override;
  void on_ready(std::uint32_t events) override;

 private:
  base::Loop& loop_;
  std::function<void(int)> on_signal_;
  int fd_;
};

}  // namespace platos::daemon
