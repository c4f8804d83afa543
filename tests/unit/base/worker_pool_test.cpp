#include "base/worker_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/task_set.hpp"

namespace platos::base {
namespace {
using namespace std::chrono_literals;

Task<Result<int>> value_of(Completion<Result<int>> completion) {
  auto value = co_await completion;
  co_return value;
}

/// Holds a thread of a pool until it is opened.
struct Gate {
  std::promise<std::thread::id> entered;
  std::promise<void> opened;
  std::shared_future<void> open_future = opened.get_future().share();

  std::function<void()> work() {
    return [this] {
      entered.set_value(std::this_thread::get_id());
      open_future.wait();
    };
  }
};
/// Threads of this process with a name.
int count_threads(const std::string& name) {
  int count = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(each.path() / "comm");
    std::string found;
    if (std::getline(file, found) && found == name) ++count;
  }
  return count;
}
}  // namespace

TEST_CASE("A pool has no thread that it did not need yet, and never more than it may") {
  Gate gates[3];
  WorkerPool pool("as-needed", 3, 8);
  CHECK(count_threads("as-needed") == 0);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(pool.enqueue(gates[i].work()));
    gates[i].entered.get_future().wait();
    CHECK(count_threads("as-needed") == i + 1);
  }
  CHECK(pool.enqueue([] {}));
  CHECK(count_threads("as-needed") == 3);
  for (auto& gate : gates) gate.opened.set_value();
}

TEST_CASE("Work that two callers bring at once runs side by side, though one thread is idle") {
  for (int round = 0; round < 300; ++round) {
    std::promise<void> warm;
    std::promise<void> here[2];
    std::atomic<bool> go = false;
    std::atomic<int> met = 0;
    {
      WorkerPool pool("at-once", 2, 8);
      // Each waits for the other: one behind the other would wait in vain.
      const auto bring = [&](std::size_t own) {
        auto work = [&here, &met, own, other = here[1 - own].get_future().share()] {
          here[own].set_value();
          if (other.wait_for(20s) == std::future_status::ready) ++met;
        };
        return std::thread([&pool, &go, work] {
          while (!go) std::this_thread::yield();
          pool.enqueue(work);
        });
      };
      std::thread callers[] = {bring(0), bring(1)};
      REQUIRE(pool.enqueue([&] { warm.set_value(); }));
      warm.get_future().wait();
      for (int i = 0; i < 100; ++i) std::this_thread::yield();  // by then its thread is idle, most times
      go = true;
      for (auto& caller : callers) caller.join();
    }
    REQUIRE(met == 2);
  }
}

TEST_CASE("A pool runs work elsewhere and brings its result to the loop") {
  SystemClock clock;
  Loop loop(clock);
  WorkerPool pool("test", 2, 8);
  const auto here = std::this_thread::get_id();
  const auto done = pool.run(loop, [here]() -> Result<int> { return std::this_thread::get_id() == here ? 0 : 41; });
  const auto value = run_to_end(loop, value_of(done));
  REQUIRE(value);
  CHECK(*value == 41);
}

TEST_CASE("A full queue refuses work at once and says so") {
  SystemClock clock;
  Loop loop(clock);
  Gate gate;
  int ran = 0;
  {
    WorkerPool pool("narrow", 1, 2);
    REQUIRE(pool.enqueue(gate.work()));
    gate.entered.get_future().wait();
    CHECK(pool.enqueue([&] { ++ran; }));
    CHECK(pool.enqueue([&] { ++ran; }));
    CHECK_FALSE(pool.enqueue([&] { ++ran; }));
    const auto refused = run_to_end(loop, value_of(pool.run(loop, []() -> Result<int> { return 1; })));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::Unavailable);
    CHECK(refused.error().code == "overloaded");
    CHECK(refused.error().retryable);
    CHECK(refused.error().message.find("narrow") != std::string::npos);
    gate.opened.set_value();
  }
  CHECK(ran == 2);  // what was queued is run before the pool ends
}

TEST_CASE("A thread that is written off is replaced, and the pool ends without it") {
  auto gate = std::make_shared<Gate>();
  {
    WorkerPool pool("stuck", 1, 8);
    REQUIRE(pool.enqueue([gate] { gate->work()(); }));
    const auto stuck = gate->entered.get_future().get();
    std::promise<void> served;
    REQUIRE(pool.enqueue([&] { served.set_value(); }));
    pool.write_off(stuck);
    pool.write_off(std::thread::id());
    CHECK(served.get_future().wait_for(10s) == std::future_status::ready);
  }
  gate->opened.set_value();
}

TEST_CASE("A written-off thread that comes back does not work beside its replacement") {
  Gate gate;
  WorkerPool pool("single", 1, 8);
  REQUIRE(pool.enqueue(gate.work()));
  pool.write_off(gate.entered.get_future().get());
  gate.opened.set_value();
  std::atomic<int> running{0};
  std::atomic<bool> together{false};
  std::promise<void> over;
  const auto crowd = [&] {
    ++running;
    const auto end = std::chrono::steady_clock::now() + 500ms;
    while (std::chrono::steady_clock::now() < end && !together) {
      if (running > 1) together = true;
      std::this_thread::yield();
    }
    --running;
  };
  REQUIRE(pool.enqueue(crowd));
  REQUIRE(pool.enqueue(crowd));
  REQUIRE(pool.enqueue([&] { over.set_value(); }));
  over.get_future().wait();
  while (running > 0) std::this_thread::yield();
  CHECK_FALSE(together);
}

}  // namespace platos::base
