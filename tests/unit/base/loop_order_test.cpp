#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/loop.hpp"

namespace platos::base {
namespace {
void pass(Loop& loop) {
  bool passed = false;
  loop.post([&] { passed = true; });
  loop.run_until([&] { return passed; });
}
}  // namespace

TEST_CASE("Timers fire in the order of their times, and those of one time in the order they were made") {
  ManualClock clock;
  Loop loop(clock);
  std::string order;
  loop.call_after(3000, [&] { order += 'd'; });
  loop.call_after(1000, [&] { order += 'a'; });
  loop.call_after(2000, [&] { order += 'b'; });
  loop.call_after(2000, [&] { order += 'c'; });
  pass(loop);
  CHECK(order.empty());
  clock.advance_us(2000);
  pass(loop);
  CHECK(order == "abc");
  clock.advance_us(1000);
  pass(loop);
  CHECK(order == "abcd");
}

TEST_CASE("A timer callback may cancel another timer that is due, itself, and timers that fired") {
  ManualClock clock;
  Loop loop(clock);
  std::string order;
  Loop::TimerId own;
  Loop::TimerId victim;
  own = loop.call_after(1000, [&] {
    order += 'a';
    loop.cancel(victim);
    loop.cancel(own);
    loop.cancel({0, 0});
  });
  victim = loop.call_after(1000, [&] { order += 'x'; });
  loop.call_after(1000, [&] { order += 'b'; });
  clock.advance_us(1000);
  pass(loop);
  loop.cancel(own);
  CHECK(order == "ab");
}

TEST_CASE("A timer that sets itself again without delay leaves descriptors and posted work their turn") {
  ManualClock clock;
  Loop loop(clock);
  int calls = 0;
  bool passed = false;
  std::function<void()> again = [&] {
    if (++calls < 100'000 && !passed) loop.call_after(0, again);
  };
  loop.call_after(0, again);
  loop.post([&] { passed = true; });
  loop.run_until([&] { return passed; });
  CHECK(calls < 100'000);
}

TEST_CASE("A loop over a manual clock sleeps until the clock is moved by another thread") {
  ManualClock clock;
  Loop loop(clock);
  bool fired = false;
  loop.call_after(60'000'000, [&] { fired = true; });
  std::thread mover([&] { clock.advance_ms(60'000); });
  loop.run_until([&] { return fired; });
  mover.join();
  CHECK(fired);
}

TEST_CASE("Deferred work runs later in the same pass, before the hooks") {
  SystemClock clock;
  Loop loop(clock);
  std::string order;
  loop.post([&] {
    loop.at_stage_end([&] {
      order += 'c';
      loop.defer([&] { order += 'd'; });
    });
    loop.defer([&] {
      order += 'b';
      loop.at_stage_end([&] { order += 'e'; });
    });
    order += 'a';
  });
  int passes = 0;
  loop.run_until([&] { return ++passes == 2; });
  // 'c' and 'e' stand in one list of hooks; 'd' is what they deferred.
  CHECK(order == "abced");
}

TEST_CASE("What a descriptor brought goes out before the work that it deferred, also what hooks ask for") {
  SystemClock clock;
  Loop loop(clock);
  std::string order;
  const int fd = ::eventfd(1, EFD_NONBLOCK);
  struct Bringer final : FdHandler {
    Loop* loop = nullptr;
    std::string* order = nullptr;
    int fd = -1;
    void on_ready(std::uint32_t) override {
      loop->unwatch(fd);
      loop->defer([this] { *order += "worked "; });
      loop->at_stage_end([this] {
        *order += "out ";
        loop->at_stage_end([this] { *order += "too "; });
      });
      *order += "came ";
    }
  } bringer;
  bringer.loop = &loop;
  bringer.order = &order;
  bringer.fd = fd;
  loop.watch(fd, EPOLLIN, bringer);
  pass(loop);
  ::close(fd);
  CHECK(order == "came out too worked ");
}

TEST_CASE("Work that defers itself for ever does not keep descriptors and timers from their turn") {
  SystemClock clock;
  Loop loop(clock);
  bool timer = false;
  bool stop = false;
  std::function<void()> again = [&] {
    if (!stop) loop.defer(again);
  };
  loop.defer(again);
  loop.call_after(0, [&] { timer = true; });
  const int fd = ::eventfd(1, EFD_NONBLOCK);
  struct Seen final : FdHandler {
    bool called = false;
    void on_ready(std::uint32_t) override { called = true; }
  } seen;
  loop.watch(fd, EPOLLIN, seen);
  loop.run_until([&] { return timer && seen.called; });
  stop = true;
  pass(loop);
  loop.unwatch(fd);
  ::close(fd);
  CHECK(timer);
}

TEST_CASE("A hook that was given before the loop ran runs without anything else to wake the loop") {
  SystemClock clock;
  Loop loop(clock);
  bool ran = false;
  bool late = false;
  loop.at_stage_end([&] { ran = true; });
  loop.call_after(500'000, [&] { late = true; });  // so that a failure is no hang
  loop.run_until([&] { return ran; });
  CHECK_FALSE(late);
}

TEST_CASE("Passes over five milliseconds are counted") {
  ManualClock clock;
  Loop loop(clock);
  loop.post([&] { clock.advance_us(5001); });
  pass(loop);
  CHECK(loop.slow_passes() == 1);
  CHECK(loop.longest_pass_us() == 5001);
  loop.post([&] { clock.advance_us(4000); });
  pass(loop);
  CHECK(loop.slow_passes() == 1);
}

}  // namespace platos::base
