#include "entities/silence_watch.hpp"

namespace platos::entities {

void SilenceWatch::start() {
  heard();
  arm(heard_us_ + limit_us_);
}

// The timer is not moved at each word: when it fires it looks how long ago the last one was.
void SilenceWatch::heard() { heard_us_ = loop_.clock().monotonic_us(); }

void SilenceWatch::stop() {
  loop_.cancel(timer_);
  timer_ = {0, 0};
}

void SilenceWatch::arm(std::int64_t due_us) {
  stop();
  timer_ = loop_.call_at(due_us, [this] {
    timer_ = {0, 0};
    const std::int64_t silent_at_us = heard_us_ + limit_us_;
    if (loop_.clock().monotonic_us() < silent_at_us) return arm(silent_at_us);
    on_silence_();
  });
}

}  // namespace platos::entities
