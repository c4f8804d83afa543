// Who shows wrong credentials again and again.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/result.hpp"

namespace platos::tenancy {

/// Internally synchronised. Of at most 10,000 addresses, an IPv6 one being its network of 64 bits. An address with too
/// many failures in a minute is locked out for a minute, and for twice as long, up to 15 minutes, when it goes on
/// afterwards. This machine's own is never: it may be that of a proxy, which stands for everybody.
class FailedTries {
 public:
  /// 0: no limit.
  explicit FailedTries(std::int64_t max_per_minute) : max_per_minute_(max_per_minute) {}

  /// ResourceExhausted "too_many_failures" while the address is locked out.
  Result<void> check(const std::string& address, std::int64_t now_us);
  void note(const std::string& address, std::int64_t now_us);

 private:
  struct Tries {
    std::int64_t window_began_us = 0;
    std::int64_t count = 0;
    std::int64_t lock_us = 0;  ///< how long it was locked out last
    std::int64_t locked_until_us = 0;
    std::int64_t forgotten_us() const;
  };
  void make_room(std::int64_t now_us);

  const std::int64_t max_per_minute_;
  std::mutex mutex_;
  std::map<std::string, Tries> tries_;
};

}  // namespace platos::tenancy
