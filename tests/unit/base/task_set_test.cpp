#include "base/task_set.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include "base/cancellation.hpp"

namespace platos::base {
namespace {

Task<int> value_of(Completion<int> completion) {
  const int value = co_await completion;
  co_return value;
}
Task<int> ready(int value) { co_return value; }
Task<int> throwing() {
  throw std::runtime_error("one of many");
  co_return 0;
}
Task<void> fail_now() {
  throw std::runtime_error("escaped");
  co_return;
}
Task<void> nothing() { co_return; }
Task<void> wait_for(Completion<Done> completion) { (void)co_await completion; }
Task<void> collect(Loop* loop, TaskSet* set, std::vector<Task<int>> tasks, std::vector<int>* out, bool* failed) {
  try {
    *out = co_await when_all(*loop, *set, std::move(tasks));
  } catch (const std::runtime_error&) {
    *failed = true;
  }
}
std::vector<Task<int>> tasks_of(const std::vector<Completion<int>>& completions) {
  std::vector<Task<int>> tasks;
  for (const auto& each : completions) tasks.push_back(value_of(each));
  return tasks;
}

struct Fixture {
  ManualClock clock;
  Loop loop{clock};
  std::string escaped;
  TaskSet set{loop, [this](std::string_view name, std::exception_ptr) { escaped = name; }};
  std::vector<int> out;
  bool failed = false;

  /// Lets everything run that can.
  void settle() {
    for (int i = 0; i < 4; ++i) {
      bool passed = false;
      loop.post([&] { passed = true; });
      loop.run_until([&] { return passed; });
    }
  }
};

}  // namespace

TEST_CASE("when_all of no tasks is no values") {
  Fixture f;
  f.out = {1};
  f.set.start("collect", collect(&f.loop, &f.set, {}, &f.out, &f.failed));
  f.settle();
  CHECK(f.out.empty());
  CHECK(f.set.size() == 0);
}

TEST_CASE("when_all of one task that is ready returns its value") {
  Fixture f;
  std::vector<Task<int>> one;
  one.push_back(ready(4));
  f.set.start("collect", collect(&f.loop, &f.set, std::move(one), &f.out, &f.failed));
  f.settle();
  CHECK(f.out == std::vector<int>{4});
}

TEST_CASE("when_all returns values in the order of the tasks, whatever the order of their ends") {
  Fixture f;
  std::vector<Completion<int>> completions(50, Completion<int>(f.loop));
  for (auto& each : completions) each = Completion<int>(f.loop);
  f.set.start("collect", collect(&f.loop, &f.set, tasks_of(completions), &f.out, &f.failed));
  for (std::size_t i = completions.size(); i-- > 1;) completions[i].complete(static_cast<int>(i));
  f.settle();
  CHECK(f.out.empty());
  completions[0].complete(0);
  f.settle();
  REQUIRE(f.out.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(f.out[i] == static_cast<int>(i));
  CHECK(f.set.size() == 0);
}

TEST_CASE("when_all passes on the exception of one of its tasks instead of waiting for ever") {
  Fixture f;
  std::vector<Task<int>> two;
  two.push_back(ready(1));
  two.push_back(throwing());
  f.set.start("collect", collect(&f.loop, &f.set, std::move(two), &f.out, &f.failed));
  f.settle();
  CHECK(f.failed);
  CHECK(f.set.size() == 0);
}

TEST_CASE("A when_all that is destroyed midway takes its tasks with it when the set goes") {
  ManualClock clock;
  Loop loop(clock);
  std::vector<int> out;
  bool failed = false;
  std::vector<Completion<int>> completions;
  for (int i = 0; i < 3; ++i) completions.emplace_back(loop);
  {
    TaskSet set(loop, [](std::string_view, std::exception_ptr) {});
    set.start("collect", collect(&loop, &set, tasks_of(completions), &out, &failed));
    completions[1].complete(1);
    CHECK(set.size() == 4);
  }
  for (const auto& each : completions) each.complete(9);
  bool passed = false;
  loop.post([&] { passed = true; });
  loop.run_until([&] { return passed; });
  CHECK(out.empty());
}

TEST_CASE("An exception that leaves a task is heard with the task's name, and the task has ended") {
  Fixture f;
  f.set.start("the culprit", fail_now());
  f.settle();
  CHECK(f.escaped == "the culprit");
  CHECK(f.set.size() == 0);
}

TEST_CASE("empty() completes at once for an empty set, and else when the last task has ended") {
  Fixture f;
  const auto at_once = f.set.empty();
  f.settle();
  CHECK(at_once.ready());
  Completion<Done> gate(f.loop);
  f.set.start("first", wait_for(gate));
  f.set.start("second", nothing());
  const auto empty = f.set.empty();
  f.settle();
  CHECK_FALSE(empty.ready());
  gate.complete({});
  f.settle();
  CHECK(empty.ready());
}

TEST_CASE("sleep_for ends with true when the time is over and with false when it is cancelled") {
  Fixture f;
  int result = -1;
  struct Nap {
    static Task<void> take(Loop* loop, CancelToken token, int* result) {
      const bool elapsed = co_await sleep_for(*loop, 1000, token);
      *result = elapsed ? 1 : 0;
    }
  };
  f.set.start("elapses", Nap::take(&f.loop, {}, &result));
  f.clock.advance_us(999);
  f.settle();
  CHECK(result == -1);
  f.clock.advance_us(1);
  f.settle();
  CHECK(result == 1);
  CancelSource source;
  f.set.start("cancelled", Nap::take(&f.loop, source.token(), &result));
  source.cancel("enough");
  f.settle();
  CHECK(result == 0);
  result = -1;
  f.set.start("cancelled before", Nap::take(&f.loop, source.token(), &result));
  CHECK(result == 0);
}

}  // namespace platos::base
