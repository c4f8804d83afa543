// One value that arrives later, from any thread, for one coroutine.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "base/loop.hpp"

namespace platos::base {

/// The awaiting side. A cheap shared handle. Await it at most once, on its loop; or drop it, and the value is dropped.
/// The waiting frame may be destroyed at any time: a late value then finds nobody and does nothing.
template <typename T>
class Completion {
 public:
  explicit Completion(Loop& loop) : state_(std::make_shared<State>(loop)) {}

  /// True when a value is there. On the loop only.
  bool ready() const { return state_->value.has_value(); }

  /// Delivers the value and wakes the waiter through its loop. The first value counts. Any thread.
  void complete(T value) const {
    if (state_->loop.in_thread()) {
      deliver(state_, std::move(value));
    } else {
      state_->loop.post(
          [state = state_, value = std::make_shared<T>(std::move(value))] { deliver(state, std::move(*value)); });
    }
  }

  auto operator co_await() const noexcept {
    struct Awaiter {
      std::shared_ptr<State> state;
      bool waiting = false;

      explicit Awaiter(std::shared_ptr<State> shared) : state(std::move(shared)) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() {
        if (waiting) state->waiter = nullptr;
      }
      bool await_ready() const noexcept { return state->value.has_value(); }
      void await_suspend(std::coroutine_handle<> frame) noexcept {
        waiting = true;
        state->waiter = frame;
      }
      T await_resume() {
        waiting = false;
        return std::move(*state->value);
      }
    };
    return Awaiter{state_};
  }

 private:
  struct State {
    explicit State(Loop& owner) : loop(owner) {}
    Loop& loop;
    std::coroutine_handle<> waiter;
    std::optional<T> value;
  };

  static void deliver(const std::shared_ptr<State>& state, T value) {
    if (state->value.has_value()) return;
    state->value.emplace(std::move(value));
    if (!state->waiter) return;
    // Resumed from the loop's queue, never from inside the producer's call: no re-entrance, no deep stacks.
    state->loop.defer([state] {
      if (auto frame = std::exchange(state->waiter, nullptr)) frame.resume();
    });
  }

  std::shared_ptr<State> state_;
};

/// For completions that carry no value.
struct Done {};

}  // namespace platos::base
