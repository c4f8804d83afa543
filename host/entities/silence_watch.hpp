// Ends what is silent for too long.
#pragma once

#include <cstdint>
#include <functional>

#include "base/loop.hpp"

namespace platos::entities {

/// Bound to its loop. Calls back once, when nothing was heard for as long since start() or the last heard().
class SilenceWatch {
 public:
  SilenceWatch(base::Loop& loop, std::int64_t limit_us, std::function<void()> on_silence)
      : loop_(loop), limit_us_(limit_us), on_silence_(std::move(on_silence)) {}
  ~SilenceWatch() { stop(); }
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

  void start();
  void heard();
  void stop();

 private:
  void arm(std::int64_t due_us);

  base::Loop& loop_;
  const std::int64_t limit_us_;
  const std::function<void()> on_silence_;
  std::int64_t heard_us_ = 0;
  base::Loop::TimerId timer_{0, 0};
};

}  // namespace platos::entities
