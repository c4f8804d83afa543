#include "base/completion.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "base/task_set.hpp"

namespace platos::base {
namespace {
Task<int> value_of(Completion<int> completion) {
  const int value = co_await completion;
  co_return value;
}
Task<int> complete_then_await(Completion<int> completion) {
  completion.complete(5);
  completion.complete(6);
  const int value = co_await completion;
  co_return value;
}
}  // namespace

TEST_CASE("A completion delivers from another thread") {
  SystemClock clock;
  Loop loop(clock);
  const Completion<int> completion(loop);
  std::thread other([completion] { completion.complete(9); });
  CHECK(run_to_end(loop, value_of(completion)) == 9);
  other.join();
}

TEST_CASE("The first value of a completion counts") {
  SystemClock clock;
  Loop loop(clock);
  CHECK(run_to_end(loop, complete_then_await(Completion<int>(loop))) == 5);
}

TEST_CASE("A completion from another thread is not ready before the loop has seen it") {
  SystemClock clock;
  Loop loop(clock);
  const Completion<int> completion(loop);
  completion.complete(1);  // this thread runs no loop now
  CHECK_FALSE(completion.ready());
  loop.run_until([&] { return completion.ready(); });
}

TEST_CASE("A completion that nobody awaits drops its value") {
  SystemClock clock;
  auto value = std::make_shared<int>(1);
  {
    Loop loop(clock);
    const Completion<std::shared_ptr<int>> completion(loop);
    completion.complete(value);
    loop.run_until([&] { return completion.ready(); });
    CHECK(value.use_count() == 2);
  }
  CHECK(value.use_count() == 1);
}

TEST_CASE("A waiter is resumed from the loop's queue and not from inside complete()") {
  SystemClock clock;
  Loop loop(clock);
  Completion<int> completion(loop);
  bool resumed = false;
  struct Mark {
    static Task<void> wait(Completion<int> completion, bool* resumed) {
      (void)co_await completion;
      *resumed = true;
    }
  };
  TaskSet set(loop, [](std::string_view, std::exception_ptr) {});
  set.start("waits", Mark::wait(completion, &resumed));
  bool seen_inside = true;
  loop.post([&] {
    completion.complete(1);
    seen_inside = resumed;
  });
  loop.run_until([&] { return resumed; });
  CHECK_FALSE(seen_inside);
}

TEST_CASE("Completions of many threads all arrive") {
  SystemClock clock;
  Loop loop(clock);
  std::vector<Completion<int>> completions;
  for (int i = 0; i < 1000; ++i) completions.emplace_back(loop);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < completions.size(); i += 4) completions[i].complete(static_cast<int>(i));
    });
  }
  struct Sum {
    static Task<int> of(std::vector<Completion<int>> all) {
      int sum = 0;
      for (const auto& each : all) sum += co_await each;
      co_return sum;
    }
  };
  CHECK(run_to_end(loop, Sum::of(completions)) == 499'500);
  for (auto& thread : threads) thread.join();
}

}  // namespace platos::base
