// Identifiers: a typed prefix and a ULID, such as "run_01JD0ZQ8XW6VDSCQ3Z9Y5C2K7M". Opaque to clients.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace platos::base {

/// Makes ids that sort by the time they were made, also within a millisecond. Internally synchronised.
class IdMaker {
 public:
  /// Seeds itself from the operating system's random source.
  explicit IdMaker(const Clock& clock);

  /// prefix without the underscore: make("run").
  std::string make(std::string_view prefix);
  /// A bare ULID of 26 characters.
  std::string make_ulid();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::uint64_t last_ms_ = 0;
  std::uint16_t random_high_ = 0;
  std::uint64_t random_low_ = 0;
};

}  // namespace platos::base
