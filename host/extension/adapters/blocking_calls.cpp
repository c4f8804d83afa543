#include "extension/adapters/blocking_calls.hpp"

#include <mutex>
#include <thread>

#include "base/completion.hpp"

namespace platos::extension {
namespace {
constexpr std::int64_t kGraceUs = 2'000'000;
}

/// One call, shared by the loop and the worker.
struct BlockingCalls::Running {
  Running(base::Loop& loop, std::string name, Body work) : what(std::move(name)), body(std::move(work)), done(loop) {}
  platos_call_t call;
  std::string what;
  Body body;
  base::Completion<Result<void>> done;
  std::mutex mutex;  // guards the two below
  bool inside = false;
  std::thread::id thread;

  void work() {
    {
      const std::lock_guard lock(mutex);
      if (call.cancelled) {
        done.complete(fail(ErrorKind::Cancelled, "cancelled", "the call was cancelled before it began"));
        return;
      }
      inside = true;
      thread = std::this_thread::get_id();
    }
    auto result = body(call);
    {
      const std::lock_guard lock(mutex);
      inside = false;
    }
    done.complete(std::move(result));
  }
};

BlockingCalls::BlockingCalls(std::shared_ptr<Instance> instance, WorkerOptions options, Interrupt interrupt)
    : instance_(std::move(instance)),
      interrupt_(std::move(interrupt)),
      pool_(std::make_unique<base::WorkerPool>(instance_->name(), options.workers, options.max_queued)) {}

Task<Result<void>> BlockingCalls::run(ports::CallContext context, base::CancelToken cancel, std::string what,
                                      Body body) {
  // The caller's loop carries the wait.
  base::Loop& loop = *base::Loop::current();
  if (instance_->failed()) co_return fail(instance_->switched_off());
  auto running = std::make_shared<Running>(loop, std::move(what), std::move(body));
  running->call.context = std::move(context);
  if (!pool_->enqueue([running] { running->work(); })) {
    co_return fail(ErrorKind::Unavailable, "overloaded",
                   instance_->name() + ": too many calls wait for a thread; try again");
  }
  struct Timers {
    base::Loop& loop;
    base::Loop::TimerId deadline{0, 0};
    base::Loop::TimerId grace{0, 0};
    ~Timers() {
      loop.cancel(deadline);
      loop.cancel(grace);
    }
  } timers{loop};
  const auto stop = [this, running, &timers](ErrorKind kind, const char* code, const char* why) {
    give_up(running);
    timers.loop.cancel(timers.grace);
    timers.grace = timers.loop.call_after(kGraceUs, [this, running, kind, code, why] {
      write_off(running);
      running->done.complete(fail(kind, code, why));
    });
  };
  timers.deadline = loop.call_at(running->call.context.deadline_us,
                                 [stop] { stop(ErrorKind::Deadline, "deadline", "the call took longer than it may"); });
  const auto registration =
      cancel.on_cancel([stop] { stop(ErrorKind::Cancelled, "cancelled", "the call was cancelled"); });
  auto result = co_await running->done;
  co_return result;
}

void BlockingCalls::give_up(const std::shared_ptr<Running>& running) const {
  running->call.cancelled = true;
  const std::lock_guard lock(running->mutex);
  if (running->inside && interrupt_) interrupt_(running->call);
}

void BlockingCalls::write_off(const std::shared_ptr<Running>& running) {
  std::thread::id thread;
  {
    const std::lock_guard lock(running->mutex);
    if (!running->inside) return;
    thread = running->thread;
  }
  instance_->fail_for_good(running->what + " did not return two seconds after it was given up");
  pool_->write_off(thread);
}

}  // namespace platos::extension
