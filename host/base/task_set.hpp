// Where tasks that nobody awaits live: started here, destroyed here.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"

namespace platos::base {

/// Bound to its loop. Destroying the set destroys the frames of all tasks that have not ended: the one place that does.
class TaskSet {
 public:
  /// Hears of an exception that left a task: a bug, since expected failures are Results.
  using OnEscape = std::function<void(std::string_view task_name, std::exception_ptr)>;

  TaskSet(Loop& loop, OnEscape on_escape);
  ~TaskSet();
  TaskSet(const TaskSet&) = delete;
  TaskSet& operator=(const TaskSet&) = delete;

  /// Runs `task` at once, up to its first wait.
  void start(std::string name, Task<void> task);

  std::size_t size() const { return roots_.size(); }
  /// Completes when the set is, or becomes, empty.
  Completion<Done> empty();

 private:
  struct Root;
  Root drive(std::uint64_t number, std::string name, Task<void> task);
  void finished(std::uint64_t number);

  Loop& loop_;
  OnEscape on_escape_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, std::coroutine_handle<>> roots_;
  std::vector<Completion<Done>> waiting_for_empty_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Runs all tasks at once and returns their values in order, when the last has ended; then the first exception, if one
/// left a task, goes on here.
template <typename T>
Task<std::vector<T>> when_all(Loop& loop, TaskSet& set, std::vector<Task<T>> tasks) {
  struct Shared {
    explicit Shared(Loop& owner) : done(owner) {}
    std::vector<std::optional<T>> values;
    std::size_t left = 0;
    std::exception_ptr failure;
    Completion<Done> done;
  };
  auto shared = std::make_shared<Shared>(loop);
  shared->values.resize(tasks.size());
  shared->left = tasks.size();
  if (tasks.empty()) co_return std::vector<T>{};
  struct Collect {
    static Task<void> one(std::shared_ptr<Shared> shared, std::size_t index, Task<T> task) {
      try {
        shared->values[index].emplace(co_await std::move(task));
      } catch (...) {
        if (!shared->failure) shared->failure = std::current_exception();
      }
      if (--shared->left == 0) shared->done.complete({});
    }
  };
  for (std::size_t i = 0; i < tasks.size(); ++i) set.start("when_all", Collect::one(shared, i, std::move(tasks[i])));
  co_await shared->done;
  if (shared->failure) std::rethrow_exception(shared->failure);
  std::vector<T> values;
  values.reserve(shared->values.size());
  for (auto& value : shared->values) values.push_back(std::move(*value));
  co_return values;
}

/// Waits on the loop's clock, or until `cancel` says so. True: the time is over; false: cancelled.
Task<bool> sleep_for(Loop& loop, std::int64_t delay_us, class CancelToken cancel);

/// Runs the loop on this thread until `task` has ended, and returns its value. For programs with one task, and tests.
template <typename T>
T run_to_end(Loop& loop, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  struct Drive {
    static Task<void> run(Task<T> inner, std::optional<T>& value) { value.emplace(co_await std::move(inner)); }
  };
  TaskSet set(loop, [&](std::string_view, std::exception_ptr escaped) { failure = escaped; });
  auto driver = Drive::run(std::move(task), value);
  loop.defer([&] { set.start("run_to_end", std::move(driver)); });
  loop.run_until([&] { return value.has_value() || failure; });
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

}  // namespace platos::base
