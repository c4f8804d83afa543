#include "extension/adapters/blocking_calls.hpp"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "base/completion.hpp"

namespace platos::extension {
namespace {

constexpr std::int64_t kGraceUs = std::chrono::microseconds(kGrace).count();
constexpr const char* kNotBegun = "not_begun";

}  // namespace

/// One call, shared by the loop and the worker.
struct BlockingCalls::Running {
  enum class Stage { Waiting, Inside, Over };

  Running(base::Loop& loop, std::string name, Body work) : what(std::move(name)), body(std::move(work)), done(loop) {}
  platos_call_t call;
  std::string what;
  Body body;
  base::Completion<Result<void>> done;
  std::mutex mutex;  // guards what follows
  Stage stage = Stage::Waiting;
  ErrorKind why = ErrorKind::Cancelled;  // it was given up
  bool abandoned = false;
  std::thread::id thread;

  void work() {
    {
      const std::lock_guard lock(mutex);
      if (call.cancelled) return finish(fail(why, kNotBegun, "the call was given up before it began"));
      stage = Stage::Inside;
      thread = std::this_thread::get_id();
    }
    auto result = body(call);
    const std::lock_guard lock(mutex);
    finish(std::move(result));
  }

 private:
  void finish(Result<void> result) {
    stage = Stage::Over;
    if (!abandoned) done.complete(std::move(result));
  }
};

/// The calls that wait or run. Workers that were written off hold it longer than the object.
struct BlockingCalls::Live {
  std::mutex mutex;
  std::condition_variable fewer;
  std::set<std::shared_ptr<Running>> calls;
  bool stopping = false;

  bool add(const std::shared_ptr<Running>& call) {
    const std::lock_guard lock(mutex);
    if (stopping) return false;
    calls.insert(call);
    return true;
  }
  void remove(const std::shared_ptr<Running>& call) {
    {
      const std::lock_guard lock(mutex);
      calls.erase(call);
    }
    fewer.notify_all();
  }
  std::set<std::shared_ptr<Running>> stop() {
    const std::lock_guard lock(mutex);
    stopping = true;
    return calls;
  }
  std::set<std::shared_ptr<Running>> left_at(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex);
    fewer.wait_until(lock, until, [this] { return calls.empty(); });
    return calls;
  }
};

BlockingCalls::BlockingCalls(std::shared_ptr<Instance> instance, WorkerOptions options, Interrupt interrupt)
    : instance_(std::move(instance)),
      interrupt_(std::move(interrupt)),
      live_(std::make_shared<Live>()),
      pool_(std::make_unique<base::WorkerPool>(instance_->name(), options.workers, options.max_queued)) {
  instance_->set_calls_inside(this);
}

BlockingCalls::~BlockingCalls() { instance_->set_calls_inside(nullptr); }

Task<Result<void>> BlockingCalls::run(ports::CallContext context, base::CancelToken cancel, std::string what,
                                      Body body) {
  // The caller's loop carries the wait.
  base::Loop& loop = *base::Loop::current();
  if (instance_->failed()) co_return fail(instance_->switched_off());
  auto running = std::make_shared<Running>(loop, std::move(what), std::move(body));
  running->call.context = std::move(context);
  const bool begins = live_->add(running);
  const auto work = [running, live = live_] {
    running->work();
    live->remove(running);
  };
  if (begins && !pool_->enqueue(work)) {
    live_->remove(running);
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
    if (give_up(running, kind)) return running->done.complete(fail(kind, kNotBegun, why));
    timers.loop.cancel(timers.grace);
    timers.grace = timers.loop.call_after(kGraceUs, [this, running, kind, code, why] {
      if (write_off(running)) running->done.complete(fail(kind, code, why));
    });
  };
  timers.deadline = loop.call_at(running->call.context.deadline_us,
                                 [stop] { stop(ErrorKind::Deadline, "deadline", "the call took longer than it may"); });
  const auto registration =
      cancel.on_cancel([stop] { stop(ErrorKind::Cancelled, "cancelled", "the call was cancelled"); });
  auto result = co_await running->done;
  co_return result;
}

bool BlockingCalls::give_up(const std::shared_ptr<Running>& running, ErrorKind why) const {
  const std::lock_guard lock(running->mutex);
  running->why = why;
  running->call.cancelled = true;
  if (running->stage == Running::Stage::Inside && interrupt_) interrupt_(running->call);
  return running->stage == Running::Stage::Waiting;
}

bool BlockingCalls::write_off(const std::shared_ptr<Running>& running) {
  std::thread::id thread;
  {
    const std::lock_guard lock(running->mutex);
    if (running->stage != Running::Stage::Inside) return false;
    thread = running->thread;
  }
  instance_->fail_for_good(running->what + " did not return two seconds after it was given up");
  pool_->write_off(thread);
  return true;
}

void BlockingCalls::abandon() {
  for (const auto& running : live_->stop()) {
    {
      const std::lock_guard lock(running->mutex);
      running->abandoned = true;
    }
    (void)give_up(running, ErrorKind::Cancelled);
  }
}

void BlockingCalls::wait(std::chrono::steady_clock::time_point until) { (void)live_->left_at(until); }

void BlockingCalls::write_off_all() {
  for (const auto& running : live_->left_at({})) (void)write_off(running);
}

}  // namespace platos::extension
