// Calls into a plugin that may block: on threads of the instance's own, given up when they take too long.
#pragma once

#include <chrono>
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

/// What a call has, to return after it was given up.
inline constexpr std::chrono::seconds kGrace{2};

/// Internally synchronised. A call that goes on after its deadline or cancellation for longer than the grace is written
/// off with its thread, and the instance is switched off.
class BlockingCalls final : public CallsInside {
 public:
  using Body = std::function<Result<void>(platos_call_t& call)>;
  using Interrupt = std::function<void(platos_call_t& call)>;

  /// `interrupt`: asks a running call to return soon; called on loops, and by abandon(). May be empty.
  BlockingCalls(std::shared_ptr<Instance> instance, WorkerOptions options, Interrupt interrupt);
  ~BlockingCalls() override;
  BlockingCalls(const BlockingCalls&) = delete;
  BlockingCalls& operator=(const BlockingCalls&) = delete;

  /// Runs `body` on a worker, from a loop. What it fills must be shared with it: it may go on after this has returned.
  /// `what` names the call in messages: "a call of search". Errors besides the body's: Unavailable "overloaded",
  /// Deadline "deadline" and Cancelled "cancelled", both "not_begun" when the plugin was never called, and
  /// FailedPrecondition "plugin_failed". After abandon() it does not return: its frame goes with its loop.
  Task<Result<void>> run(ports::CallContext context, base::CancelToken cancel, std::string what, Body body);

  void wait(std::chrono::steady_clock::time_point until) override;
  void abandon() override;
  void write_off_all() override;

 private:
  struct Running;
  struct Live;
  /// True when the plugin was not called yet, and so never will be.
  bool give_up(const std::shared_ptr<Running>& running, ErrorKind why) const;
  /// False when it has returned meanwhile.
  bool write_off(const std::shared_ptr<Running>& running);

  std::shared_ptr<Instance> instance_;
  Interrupt interrupt_;
  std::shared_ptr<Live> live_;
  std::unique_ptr<base::WorkerPool> pool_;
};

}  // namespace platos::extension
