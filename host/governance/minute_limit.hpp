// So many of one thing in any minute, for each caller: for what costs more than a request.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "base/result.hpp"

namespace platos::governance {

/// Internally synchronised; never waits. Counts this host's alone, and what is refused does not count.
class MinuteLimit {
 public:
  /// `name` is what errors have in `limited_by`; `what` is for people: "test calls".
  MinuteLimit(std::string name, std::string what, std::size_t limit)
      : name_(std::move(name)), what_(std::move(what)), limit_(limit) {}

  /// ResourceExhausted "rate_limit", with the time after which it would be let through.
  Result<void> take(const std::string& caller, std::int64_t monotonic_us);

 private:
  const std::string name_;
  const std::string what_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::map<std::string, std::deque<std::int64_t>> taken_;  // monotonic times, by caller
};

}  // namespace platos::governance
