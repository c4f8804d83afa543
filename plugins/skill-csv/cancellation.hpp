// Lets long work give up when the host cancels the call. Bound to the call's thread.
#pragma once

#include "platos/cpp/error.hpp"
#include "platos/cpp/plugin.hpp"

namespace platos::skill_csv {

class Cancellation {
 public:
  explicit Cancellation(sdk::Call call) noexcept : call_(call) {}

  /// Throws Error(PLATOS_CANCELLED) when the call was cancelled.
  void check() const {
    if (call_.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "the call was cancelled");
  }

 private:
  sdk::Call call_;
};

}  // namespace platos::skill_csv
