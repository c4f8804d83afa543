// Drives a codec's exchange: asks for the next step, sends it, feeds the answer back.
#pragma once

#include <functional>

#include "base/cancellation.hpp"
#include "base/task.hpp"
#include "egress/client.hpp"
#include "ports/exchange.hpp"
#include "ports/upstream.hpp"

namespace platos::egress {

struct DriveOptions {
  /// Checks and secrets of the instance.
  const ports::Upstream& upstream;
  /// Waits for a WAIT step; false: cancelled.
  std::function<Task<Result<bool>>(std::int64_t wait_ms)> wait;
  /// False while no more events can be taken. May be empty.
  std::function<bool()> ready;
  /// Asked before a request leaves: a policy may refuse it. May be empty.
  std::function<Result<void>(std::string_view method, std::string_view url)> permit = {};
};

/// Until the codec is done, fails, or `cancel` says so. `exchange` must outlive the task. At most 64 steps: a codec
/// that wants more is Internal "codec_never_done".
Task<Result<void>> drive(Client& client, ports::Exchange& exchange, DriveOptions options, base::CancelToken cancel);

}  // namespace platos::egress
