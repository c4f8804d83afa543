// When a running function has to give up: its call was cancelled, or its deadline has passed.
//
// A cheap value that borrows the call. Used by one thread; the host may cancel from any other.
#pragma once

#include <cstdint>

#include "platos/cpp/plugin.hpp"

namespace platos::records {

class Stop {
 public:
  Stop(const sdk::Host& host, const sdk::Call& call) : host_(host), call_(call), deadline_ns_(call.deadline_ns()) {}

  bool reached() const noexcept { return call_.is_cancelled() || host_.monotonic_ns() >= deadline_ns_; }

  /// Throws Error(PLATOS_CANCELLED) or Error(PLATOS_DEADLINE) when it is time to give up.
  void check() const {
    if (call_.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "the call was cancelled");
    if (host_.monotonic_ns() >= deadline_ns_) throw sdk::Error(PLATOS_DEADLINE, "the deadline of the call has passed");
  }

 private:
  sdk::Host host_;
  sdk::Call call_;
  std::int64_t deadline_ns_;
};

}  // namespace platos::records
