// The event loop: file descriptors, timers, and work posted from other threads, on one thread.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace platos::base {

/// Told about a file descriptor. Owned by whoever watches it.
class FdHandler {
 public:
  virtual ~FdHandler() = default;
  /// `events`: epoll bits. Called on the loop. May unwatch and destroy itself.
  virtual void on_ready(std::uint32_t events) = 0;
};

/// Bound to the thread that calls run(), except post(), stop() and in_thread(), which any thread may call.
/// One pass: ready descriptors, due timers, posted and deferred work. Hooks run after the descriptors and at the end.
class Loop {
 public:
  using TimerId = std::pair<std::int64_t, std::uint64_t>;  ///< due time and number; {0, 0} is no timer

  explicit Loop(Clock& clock, std::string name = "loop");
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs passes until stop(). May be called again afterwards.
  void run();
  /// Ends run() after the pass under way.
  void stop();
  /// Runs passes until `done` returns true at the end of one.
  void run_until(const std::function<bool()>& done);

  bool in_thread() const;
  /// The loop that runs on this thread, or null.
  static Loop* current();
  const std::string& name() const { return name_; }
  Clock& clock() const { return clock_; }

  /// Runs `work` on the loop, in order of arrival. Wakes the loop only if it sleeps.
  void post(std::function<void()> work);
  /// The same from the loop's own thread, without lock or wake: runs later in this pass.
  void defer(std::function<void()> work) { deferred_.push_back(std::move(work)); }
  /// Runs `work` once, when all ready descriptors were handled, or at the end of the pass: the place to write what they
  /// produced. What it asks for in turn belongs to the same stage.
  void at_stage_end(std::function<void()> work) { hooks_.push_back(std::move(work)); }

  /// Runs `work` when the monotonic clock reaches `due_us`.
  TimerId call_at(std::int64_t due_us, std::function<void()> work);
  TimerId call_after(std::int64_t delay_us, std::function<void()> work);
  /// Forgets a timer. One that fired, and the null id, are ignored.
  void cancel(TimerId timer);

  /// Watches `fd` (not owned) for epoll `events`; watch again to change them. One handler a descriptor.
  void watch(int fd, std::uint32_t events, FdHandler& handler);
  void unwatch(int fd);

  /// Passes that took longer than 5 ms, and the longest, since the start.
  std::uint64_t slow_passes() const { return slow_passes_.load(std::memory_order_relaxed); }
  std::int64_t longest_pass_us() const { return longest_pass_us_.load(std::memory_order_relaxed); }

 private:
  struct Watched {
    FdHandler* handler = nullptr;
    std::uint32_t generation = 0;
  };

  void pass();
  int sleep_ms();
  void run_due_timers();
  void run_queued();
  void run_hooks();
  void measure(std::int64_t started_us);
  void wake();

  Clock& clock_;
  std::string name_;
  int epoll_fd_ = -1;
  int wake_fd_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> asleep_{false};
  std::vector<Watched> watched_;  // by descriptor
  std::map<TimerId, std::function<void()>> timers_;
  std::uint64_t next_timer_ = 1;
  std::vector<std::function<void()>> deferred_;
  std::vector<std::function<void()>> hooks_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::atomic<std::uint64_t> slow_passes_{0};
  std::atomic<std::int64_t> longest_pass_us_{0};
};

}  // namespace platos::base
