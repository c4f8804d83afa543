// Owns one file descriptor and closes it. Movable, not copyable.
#pragma once

#include <unistd.h>

#include <utility>

namespace platos::tests::mock {

class Descriptor {
 public:
  explicit Descriptor(int value = -1) noexcept : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }

  int get() const noexcept { return value_; }

 private:
  int value_;
};

}  // namespace platos::tests::mock
