// Calls into a plugin that may block: on threads of the instance's own, given up when they take too long.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/cancellation.hpp"
#include "base/task.hpp"
#include "base/worker_pool.hpp"
#include "extension/adapters/instance.hpp"

namespace platos::extension {

struct WorkerOptions {
  std::size_t workers = 4;
  std::size_t max_queued = 256;
};

/// Internally synchronised. A call that goes on two seconds after its deadline or cancellation is written off with its
/// thread, and the instance is switched off.
class BlockingCalls {
 public:
  using Body = std::function<Result<void>(platos_call_t& call)>;
  using Interrupt = std::function<void(platos_call_t& call)>;

  /// `interrupt`: asks a running call to return soon; called on loops. May be empty.
  BlockingCalls(std::shared_ptr<Instance> instance, WorkerOptions options, Interrupt interrupt);

  /// Runs `body` on a worker, from a loop. What it fills must be shared with it: it may go on after this has returned.
  /// `what` names the call in messages: "a call of search". Errors besides the body's: Unavailable "overloaded",
  /// Deadline "deadline", Cancelled, FailedPrecondition "plugin_failed".
  Task<Result<void>> run(ports::CallContext context, base::CancelToken cancel, std::string what, Body body);

 private:
  struct Running;
  void give_up(const std::shared_ptr<Running>& running) const;
  void write_off(const std::shared_ptr<Running>& running);

  std::shared_ptr<Instance> instance_;
  Interrupt interrupt_;
  std::unique_ptr<base::WorkerPool> pool_;
};

}  // namespace platos::extension
