// Waiting for what happens elsewhere: another thread, another process, a file.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>

namespace platos::tests {

/// Looks every 20 ms until the predicate holds; false when the time is over first.
inline bool wait_until(const std::function<bool()>& holds, int timeout_ms = 20'000) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

}  // namespace platos::tests
