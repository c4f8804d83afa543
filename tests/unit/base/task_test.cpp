#include "base/task.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/cancellation.hpp"
#include "base/completion.hpp"
#include "base/task_set.hpp"

namespace platos::base {
namespace {

/// Raises a flag when the frame that holds it is destroyed.
struct Witness {
  bool* gone;
  explicit Witness(bool* flag) : gone(flag) {}
  Witness(Witness&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
  Witness(const Witness&) = delete;
  ~Witness() {
    if (gone != nullptr) *gone = true;
  }
};

// g++ without optimisation, and under the address sanitizer, does not turn the transfer between frames into a jump:
// each await then costs stack until the awaiting frame waits for something that is not ready.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int kAwaits = 100'000;
#else
constexpr int kAwaits = 1'000;
#endif

Task<int> ready(int value) { co_return value; }
Task<int> throwing(std::string text) {
  throw std::runtime_error(text);
  co_return 0;
}
Task<int> waiting(Completion<int> completion, Witness) {
  const int value = co_await completion;
  co_return value;
}
Task<int> outer(Completion<int> completion, Witness inner_witness, Witness) {
  const int value = co_await waiting(completion, std::move(inner_witness));
  co_return value + 1;
}
Task<std::int64_t> sum_of_ready(int count) {
  std::int64_t sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await ready(1);
  co_return sum;
}
Task<int> rescue() {
  int caught = 0;
  try {
    caught = co_await throwing("inner");
  } catch (const std::runtime_error&) {
    caught = 42;
  }
  co_return caught;
}
Task<void> forget(Task<int> task) { (void)co_await std::move(task); }
Task<int> started(bool* flag) {
  *flag = true;
  co_return 1;
}
Task<std::unique_ptr<int>> move_only() { co_return std::make_unique<int>(7); }

void ignore(std::string_view, std::exception_ptr) {}

}  // namespace

TEST_CASE("A task does not start before it is awaited") {
  bool flag = false;
  {
    const auto task = started(&flag);
    CHECK_FALSE(flag);
  }
  CHECK_FALSE(flag);
}

TEST_CASE("A task hands over values that can only be moved") {
  SystemClock clock;
  Loop loop(clock);
  CHECK(*run_to_end(loop, move_only()) == 7);
}

TEST_CASE("An exception travels to the awaiting task and can be caught there") {
  SystemClock clock;
  Loop loop(clock);
  CHECK(run_to_end(loop, rescue()) == 42);
  CHECK_THROWS_AS(run_to_end(loop, throwing("outer")), std::runtime_error);
}

TEST_CASE("A long row of awaits of tasks that are ready does not overflow the stack") {
  SystemClock clock;
  Loop loop(clock);
  CHECK(run_to_end(loop, sum_of_ready(kAwaits)) == kAwaits);
}

TEST_CASE("Destroying a task that was never started destroys its parameters") {
  SystemClock clock;
  Loop loop(clock);
  bool gone = false;
  { const auto task = waiting(Completion<int>(loop), Witness(&gone)); }
  CHECK(gone);
}

TEST_CASE("Destroying a set destroys frames that wait for a completion, and a late value does nothing") {
  ManualClock clock;
  Loop loop(clock);
  bool inner_gone = false;
  bool outer_gone = false;
  Completion<int> completion(loop);
  {
    TaskSet set(loop, ignore);
    set.start("waits", forget(outer(completion, Witness(&inner_gone), Witness(&outer_gone))));
    CHECK(set.size() == 1);
    CHECK_FALSE(inner_gone);
  }
  CHECK(inner_gone);
  CHECK(outer_gone);
  completion.complete(3);
  bool passed = false;
  loop.post([&] { passed = true; });
  loop.run_until([&] { return passed; });
}

TEST_CASE("Destroying a set after the value came and before the frame resumed resumes nothing") {
  ManualClock clock;
  Loop loop(clock);
  bool gone = false;
  bool never = false;
  Completion<int> completion(loop);
  auto set = std::make_unique<TaskSet>(loop, ignore);
  set->start("waits", forget(outer(completion, Witness(&never), Witness(&gone))));
  bool passed = false;
  loop.post([&] {
    completion.complete(3);  // the resume now stands in the queue of this pass
    set.reset();
    loop.defer([&] { passed = true; });
  });
  loop.run_until([&] { return passed; });
  CHECK(gone);
}

TEST_CASE("Destroying a set destroys frames that sleep, and takes their timers out of the loop") {
  ManualClock clock;
  Loop loop(clock);
  {
    TaskSet set(loop, ignore);
    struct Nap {
      static Task<void> take(Loop* loop, CancelToken token) { (void)co_await sleep_for(*loop, 1000, token); }
    };
    CancelSource source;
    set.start("sleeps", Nap::take(&loop, source.token()));
    CHECK(set.size() == 1);
  }
  clock.advance_ms(10);
  bool passed = false;
  loop.post([&] { passed = true; });
  loop.run_until([&] { return passed; });
}

TEST_CASE("Assigning over a task destroys the frame that it held") {
  SystemClock clock;
  Loop loop(clock);
  bool first_gone = false;
  bool second_gone = false;
  auto task = waiting(Completion<int>(loop), Witness(&first_gone));
  task = waiting(Completion<int>(loop), Witness(&second_gone));
  CHECK(first_gone);
  CHECK_FALSE(second_gone);
}

}  // namespace platos::base
