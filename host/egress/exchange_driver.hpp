// Drives a codec's exchange: asks for the next step, sends it, feeds the answer back.
#pragma once

#include <functional>

#include "base/cancellation.hpp"
#include "base/task.hpp"
#include "egress/client.hpp"
#include "ports/chat_provider.hpp"
#include "ports/exchange.hpp"

namespace platos::egress {

struct DriveOptions {
  /// Checks and secrets of the instance.
  const ports::ChatProvider& provider;
  /// Waits for a WAIT step; false: cancelled.
  std::function<Task<Result<bool>>(std::int64_t wait_ms)> wait;
  /// False while no more events can be taken.
  std::function<bool()> ready;
};

/// Until the codec is done, fails, or `cancel` says so. `exchange` must outlive the task. At most 64 steps: a codec
/// that wants more is Internal "codec_never_done".
Task<Result<void>> drive(Client& client, ports::Exchange& exchange, DriveOptions options, base::CancelToken cancel);

}  // namespace platos::egress
