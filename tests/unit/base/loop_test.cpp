#include "base/loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace platos::base {
namespace {

/// A descriptor that is ready as long as nobody reads it.
struct ReadyFd {
  int fd = ::eventfd(1, EFD_NONBLOCK);
  ReadyFd() = default;
  ReadyFd(const ReadyFd&) = delete;
  ~ReadyFd() { shut(); }
  void shut() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

struct Handler final : FdHandler {
  std::function<void(std::uint32_t)> act;
  int calls = 0;
  void on_ready(std::uint32_t events) override {
    ++calls;
    if (act) act(events);
  }
};

/// One more pass of the loop, at least.
void pass(Loop& loop) {
  bool passed = false;
  loop.post([&] { passed = true; });
  loop.run_until([&] { return passed; });
}

}  // namespace

TEST_CASE("A handler hears of its descriptor until it unwatches itself") {
  SystemClock clock;
  Loop loop(clock);
  ReadyFd ready;
  Handler handler;
  handler.act = [&](std::uint32_t events) {
    CHECK((events & EPOLLIN) != 0);
    if (handler.calls == 3) loop.unwatch(ready.fd);
  };
  loop.watch(ready.fd, EPOLLIN, handler);
  loop.run_until([&] { return handler.calls == 3; });
  pass(loop);
  CHECK(handler.calls == 3);
}

TEST_CASE("A handler that unwatches another in the same batch keeps it from being called") {
  SystemClock clock;
  Loop loop(clock);
  ReadyFd first_fd;
  ReadyFd second_fd;
  Handler first;
  Handler second;
  // Whichever comes first silences both.
  const auto silence = [&](std::uint32_t) {
    loop.unwatch(first_fd.fd);
    loop.unwatch(second_fd.fd);
  };
  first.act = silence;
  second.act = silence;
  loop.watch(first_fd.fd, EPOLLIN, first);
  loop.watch(second_fd.fd, EPOLLIN, second);
  pass(loop);
  CHECK(first.calls + second.calls == 1);
}

TEST_CASE("A handler may destroy itself") {
  SystemClock clock;
  Loop loop(clock);
  ReadyFd ready;
  auto handler = std::make_unique<Handler>();
  bool gone = false;
  handler->act = [&](std::uint32_t) {
    loop.unwatch(ready.fd);
    gone = true;
    loop.defer([&] { handler.reset(); });
  };
  loop.watch(ready.fd, EPOLLIN, *handler);
  loop.run_until([&] { return gone; });
  pass(loop);
  CHECK(handler == nullptr);
}

TEST_CASE("A descriptor number that is used again within a batch does not get the events of its former owner") {
  SystemClock clock;
  Loop loop(clock);
  ReadyFd fds[2];
  Handler old_handlers[2];
  Handler new_handler;
  int reused = -1;
  for (int i = 0; i < 2; ++i) {
    old_handlers[i].act = [&, i](std::uint32_t) {
      loop.unwatch(fds[i].fd);
      if (reused >= 0) return;
      const int victim = fds[1 - i].fd;
      loop.unwatch(victim);
      fds[1 - i].shut();
      reused = ::eventfd(0, EFD_NONBLOCK);  // never ready
      REQUIRE(reused == victim);
      loop.watch(reused, EPOLLIN, new_handler);
    };
    loop.watch(fds[i].fd, EPOLLIN, old_handlers[i]);
  }
  pass(loop);
  CHECK(old_handlers[0].calls + old_handlers[1].calls == 1);
  CHECK(new_handler.calls == 0);
  loop.unwatch(reused);
  ::close(reused);
}

TEST_CASE("Watching again changes the events of a descriptor") {
  SystemClock clock;
  Loop loop(clock);
  ReadyFd ready;
  Handler handler;
  std::uint32_t seen = 0;
  handler.act = [&](std::uint32_t events) { seen = events; };
  loop.watch(ready.fd, EPOLLIN, handler);
  loop.watch(ready.fd, EPOLLOUT, handler);
  loop.run_until([&] { return handler.calls > 0; });
  CHECK(seen == EPOLLOUT);
  loop.unwatch(ready.fd);
  loop.unwatch(ready.fd);
  loop.unwatch(100'000);
}

TEST_CASE("Work posted by many threads runs on the loop, in the order of each thread") {
  SystemClock clock;
  Loop loop(clock);
  std::vector<int> last(4, -1);
  int total = 0;
  bool ordered = true;
  bool on_loop = true;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        loop.post([&, t, i] {
          ordered = ordered && last[t] == i - 1;
          on_loop = on_loop && loop.in_thread() && Loop::current() == &loop;
          last[t] = i;
          ++total;
        });
      }
    });
  }
  loop.run_until([&] { return total == 20'000; });
  for (auto& thread : threads) thread.join();
  CHECK(ordered);
  CHECK(on_loop);
  CHECK_FALSE(loop.in_thread());
  CHECK(Loop::current() == nullptr);
}

TEST_CASE("stop() from another thread ends run(), and the loop runs again afterwards") {
  SystemClock clock;
  Loop loop(clock);
  for (int round = 0; round < 2; ++round) {
    bool ran = false;
    loop.post([&] { ran = true; });
    std::thread stopper([&] { loop.post([&] { loop.stop(); }); });
    loop.run();
    stopper.join();
    CHECK(ran);
  }
}

}  // namespace platos::base
