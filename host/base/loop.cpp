#include "base/loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace platos::base {
namespace {
thread_local Loop* running_loop = nullptr;
constexpr std::int64_t kSlowPassUs = 5'000;
constexpr std::uint64_t kWakeTag = ~std::uint64_t{0};
}  // namespace

Loop::Loop(Clock& clock, std::string name) : clock_(clock), name_(std::move(name)) {
  epoll_fd_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (epoll_fd_ < 0 || wake_fd_ < 0) throw std::system_error(errno, std::generic_category(), "event loop");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // edge-triggered and never read: the counter only has to change
  event.data.u64 = kWakeTag;
  ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event);
  clock_.on_change([this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.lock()) wake();
  });
}

Loop::~Loop() {
  ::close(wake_fd_);
  ::close(epoll_fd_);
}

void Loop::run() {
  run_until([this] { return stopping_.load(); });
  stopping_ = false;
}

void Loop::stop() {
  stopping_ = true;
  wake();
}

void Loop::run_until(const std::function<bool()>& done) {
  Loop* outer = std::exchange(running_loop, this);
  while (!done()) pass();
  running_loop = outer;
}

bool Loop::in_thread() const { return running_loop == this; }

Loop* Loop::current() { return running_loop; }

void Loop::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  // Whoever finds it asleep wakes it; the others need not.
  if (asleep_.exchange(false)) wake();
}

void Loop::wake() {
  const std::uint64_t one = 1;
  // The only failure is a full counter, and then the loop has been woken.
  if (::write(wake_fd_, &one, sizeof one) < 0) return;
}

Loop::TimerId Loop::call_at(std::int64_t due_us, std::function<void()> work) {
  const TimerId timer{due_us, next_timer_++};
  timers_.emplace(timer, std::move(work));
  return timer;
}

Loop::TimerId Loop::call_after(std::int64_t delay_us, std::function<void()> work) {
  return call_at(clock_.monotonic_us() + delay_us, std::move(work));
}

void Loop::cancel(TimerId timer) { timers_.erase(timer); }

void Loop::watch(int fd, std::uint32_t events, FdHandler& handler) {
  const auto index = static_cast<std::size_t>(fd);
  if (watched_.size() <= index) watched_.resize(index + 1);
  Watched& entry = watched_[index];
  const bool known = entry.handler != nullptr;
  if (!known) ++entry.generation;
  entry.handler = &handler;
  epoll_event event{};
  event.events = events;
  event.data.u64 = (static_cast<std::uint64_t>(entry.generation) << 32) | static_cast<std::uint32_t>(fd);
  if (::epoll_ctl(epoll_fd_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void Loop::unwatch(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= watched_.size() || watched_[index].handler == nullptr) return;
  watched_[index].handler = nullptr;
  ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

int Loop::sleep_ms() {
  if (!deferred_.empty() || !hooks_.empty() || stopping_) return 0;
  {
    const std::lock_guard lock(mutex_);
    if (!posted_.empty()) return 0;
  }
  if (timers_.empty()) return -1;
  const std::int64_t wait_us = timers_.begin()->first.first - clock_.monotonic_us();
  if (wait_us <= 0) return 0;
  if (!clock_.runs_by_itself()) return -1;
  return static_cast<int>(std::min<std::int64_t>((wait_us + 999) / 1000, 60'000));
}

void Loop::pass() {
  std::array<epoll_event, 256> events;
  // The flag is set before the queues are looked at: a post() after the look finds it and wakes us.
  asleep_ = true;
  const int timeout_ms = sleep_ms();
  const int ready = ::epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), timeout_ms);
  asleep_ = false;
  const std::int64_t started_us = clock_.monotonic_us();
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeTag) continue;
    const auto fd = static_cast<std::uint32_t>(event.data.u64);
    const Watched entry = watched_[fd];
    // A handler earlier in this batch may have closed this descriptor, and another may have got its number.
    if (entry.handler == nullptr || entry.generation != event.data.u64 >> 32) continue;
    entry.handler->on_ready(event.events);
  }
  // What descriptors brought goes out before its consequences are worked on.
  run_hooks();
  run_due_timers();
  run_queued();
  while (!hooks_.empty()) {
    run_hooks();
    run_queued();
  }
  measure(started_us);
}

// What a hook wants at the end of the stage happens in it, too: what was heard of is written. Bounded like queued work.
void Loop::run_hooks() {
  for (int round = 0; round < 8 && !hooks_.empty(); ++round) {
    const auto hooks = std::exchange(hooks_, {});
    for (const auto& hook : hooks) hook();
  }
}

void Loop::run_due_timers() {
  const std::int64_t now_us = clock_.monotonic_us();
  const std::uint64_t first_new = next_timer_;
  auto next = timers_.begin();
  while (next != timers_.end() && next->first.first <= now_us) {
    // A timer that a timer sets waits for the next pass, also when it is due: descriptors must get their turn.
    if (next->first.second >= first_new) {
      ++next;
      continue;
    }
    const auto node = timers_.extract(next);
    node.mapped()();
    next = timers_.begin();
  }
}

void Loop::run_queued() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& work : posted_) deferred_.push_back(std::move(work));
    posted_.clear();
  }
  // Work that defers more work stays in this pass, but not for ever: descriptors must get their turn.
  for (int round = 0; round < 64 && !deferred_.empty(); ++round) {
    auto batch = std::exchange(deferred_, {});
    for (auto& work : batch) work();
  }
}

void Loop::measure(std::int64_t started_us) {
  const std::int64_t took_us = clock_.monotonic_us() - started_us;
  if (took_us > kSlowPassUs) slow_passes_.fetch_add(1, std::memory_order_relaxed);
  if (took_us > longest_pass_us_.load(std::memory_order_relaxed)) {
    longest_pass_us_.store(took_us, std::memory_order_relaxed);
  }
}

}  // namespace platos::base
