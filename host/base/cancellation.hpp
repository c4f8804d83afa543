// Giving up: a CancelSource says so once, everybody who holds its token hears it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace platos::base {

class CancelToken;

/// Bound to one loop, like its tokens.
class CancelSource {
 public:
  CancelSource();
  CancelToken token() const;

  /// Tells everybody; `reason` is a machine word such as "cancelled" or "deadline". Later calls do nothing.
  void cancel(std::string reason);

 private:
  friend class CancelToken;
  struct State {
    bool cancelled = false;
    std::string reason;
    std::uint64_t next = 1;
    std::map<std::uint64_t, std::function<void()>> listeners;
  };
  std::shared_ptr<State> state_;
};

/// A default-constructed token is never cancelled.
class CancelToken {
 public:
  CancelToken() = default;

  bool cancelled() const { return state_ && state_->cancelled; }
  /// Empty while not cancelled.
  std::string reason() const { return state_ ? state_->reason : std::string(); }

  /// Keeps `listener` registered for its own lifetime.
  class Registration {
   public:
    Registration() = default;
    Registration(std::weak_ptr<CancelSource::State> state, std::uint64_t number)
        : state_(std::move(state)), number_(number) {}
    Registration(Registration&& other) noexcept { *this = std::move(other); }
    Registration& operator=(Registration&& other) noexcept {
      release();
      state_ = std::move(other.state_);
      number_ = std::exchange(other.number_, 0);
      return *this;
    }
    ~Registration() { release(); }

   private:
    void release();
    std::weak_ptr<CancelSource::State> state_;
    std::uint64_t number_ = 0;
  };

  /// Calls `listener` once: now if already cancelled, else from cancel().
  [[nodiscard]] Registration on_cancel(std::function<void()> listener) const;

 private:
  friend class CancelSource;
  explicit CancelToken(std::shared_ptr<CancelSource::State> state) : state_(std::move(state)) {}
  std::shared_ptr<CancelSource::State> state_;
};

}  // namespace platos::base
