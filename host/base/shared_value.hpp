// A value that many read and few replace.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace platos::base {

/// Internally synchronised. Who has got the value keeps that one, whatever is set later.
template <typename T>
class SharedValue {
 public:
  explicit SharedValue(T value) : value_(std::make_shared<const T>(std::move(value))) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(T value) {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    value_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace platos::base
