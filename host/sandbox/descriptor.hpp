// A file descriptor that closes itself, and a file that is in memory only.
#pragma once

#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace platos::sandbox {

/// Owns one descriptor; -1 is none. Movable, bound to whoever holds it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  void reset();

 private:
  int number_ = -1;
};

/// Internal "sandbox_failed": what failed, and the reason of errno.
tl::unexpected<Error> system_failure(std::string_view what);

/// An unnamed file with this content, open for reading from its beginning, closed on exec.
Result<Descriptor> file_in_memory(std::string_view content);

}  // namespace platos::sandbox
