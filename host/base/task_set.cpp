#include "base/task_set.hpp"

#include "base/cancellation.hpp"

namespace platos::base {

struct TaskSet::Root {
  struct promise_type {
    Root get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }  // drive() catches everything
  };
  std::coroutine_handle<promise_type> frame;
};

TaskSet::TaskSet(Loop& loop, OnEscape on_escape) : loop_(loop), on_escape_(std::move(on_escape)) {}

TaskSet::~TaskSet() {
  *alive_ = false;
  while (!roots_.empty()) {
    const auto frame = roots_.begin()->second;
    roots_.erase(roots_.begin());
    frame.destroy();
  }
}

TaskSet::Root TaskSet::drive(std::uint64_t number, std::string name, Task<void> task) {
  try {
    co_await std::move(task);
  } catch (...) {
    on_escape_(name, std::current_exception());
  }
  // The frame cannot destroy itself while it runs.
  loop_.defer([this, number, alive = alive_] {
    if (*alive) finished(number);
  });
}

void TaskSet::start(std::string name, Task<void> task) {
  const std::uint64_t number = next_++;
  const Root root = drive(number, std::move(name), std::move(task));
  roots_.emplace(number, root.frame);
  root.frame.resume();
}

void TaskSet::finished(std::uint64_t number) {
  const auto found = roots_.find(number);
  if (found == roots_.end()) return;
  const auto frame = found->second;
  roots_.erase(found);
  frame.destroy();
  if (!roots_.empty()) return;
  for (const auto& waiter : std::exchange(waiting_for_empty_, {})) waiter.complete({});
}

Completion<Done> TaskSet::empty() {
  Completion<Done> done(loop_);
  if (roots_.empty()) {
    done.complete({});
  } else {
    waiting_for_empty_.push_back(done);
  }
  return done;
}

Task<bool> sleep_for(Loop& loop, std::int64_t delay_us, CancelToken cancel) {
  if (cancel.cancelled()) co_return false;
  struct Timer {
    Loop& loop;
    Loop::TimerId id;
    ~Timer() { loop.cancel(id); }
  };
  Completion<bool> over(loop);
  const Timer timer{loop, loop.call_after(delay_us, [over] { over.complete(true); })};
  const auto registration = cancel.on_cancel([over] { over.complete(false); });
  const bool elapsed = co_await over;
  co_return elapsed;
}

}  // namespace platos::base
