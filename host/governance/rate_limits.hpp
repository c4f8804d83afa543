// How many requests a caller may make in a minute.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/hosts.hpp"

namespace platos::governance {

/// Requests a minute by what is counted; 0: no limit. A value.
struct RateRules {
  std::int64_t ip = 0;
  std::int64_t token = 0;
  std::int64_t user = 0;
  std::int64_t agent = 0;
  std::int64_t environment = 0;
};

enum class RateAxis { Unspecified, Ip, Token, User, Agent, Environment };

/// One thing that a request counts for: an address, a user of an environment ... `name` is unique within its axis.
struct RateSubject {
  RateAxis axis = RateAxis::Unspecified;
  std::string name;
};

/// What is left in the bucket that has the least left. A value; limit 0: nothing limits the request.
struct RateAllowance {
  std::string_view bucket;  ///< "ip", "token", "user", "agent", "environment"
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  std::int64_t reset_s = 0;  ///< until the window ends
};

/// Internally synchronised; never waits.
///
/// The window slides: what counts is the current minute and the share of the one before that lies within the last 60
/// seconds, so that no burst at a boundary is let through twice. Requests that are refused do not count. The counts of
/// other hosts arrive by merge(), some seconds late.
class RateLimits {
 public:
  static constexpr std::int64_t kWindowUs = 60'000'000;
  static constexpr std::size_t kMaxTold = 2'000;  ///< changes at once: the store's writer does other things, too

  RateLimits(const base::Clock& clock, RateRules rules) : clock_(clock), rules_(rules) {}

  void configure(RateRules rules);

  /// Counts a request for all of these, or for none. ResourceExhausted "rate_limit" with `limited_by`
  /// ("user_per_minute"), `limit` and the time after which it would be let through.
  Result<RateAllowance> take(const std::vector<RateSubject>& subjects);
  /// Takes a request back that was counted and then refused for another reason.
  void give_back(const std::vector<RateSubject>& subjects);

  /// What this host has counted in windows that still matter, and that was not told before; at least kMaxTold
  /// of it when there is more. Also forgets what no longer matters.
  std::vector<store::RateCount> take_changes();
  /// They could not be told.
  void keep_changes(const std::vector<store::RateCount>& changes);
  /// The sums of other hosts, which replace those of the last time.
  void merge(const std::vector<store::RateCount>& others);
  /// What this host had counted before it was started again.
  void restore(const std::vector<store::RateCount>& own);
  /// Of metrics: callers that are being counted, and requests that were refused for their bucket.
  std::size_t buckets() const;
  std::int64_t refused(RateAxis axis) const { return refused_[static_cast<std::size_t>(axis)]; }
  /// The first window that still matters.
  std::int64_t oldest_window_us() const;

 private:
  struct Counter {
    std::int64_t window_us = 0;  ///< of `now`
    std::int64_t now = 0;
    std::int64_t before = 0;
    std::int64_t others_now = 0;
    std::int64_t others_before = 0;
    bool changed = false;
    bool changed_before = false;
    bool matters() const { return now + before + others_now + others_before > 0; }
    void move_to(std::int64_t window_us);
    double used(std::int64_t into_us) const;
  };
  std::int64_t limit_of(RateAxis axis) const;
  Counter& counter_of(const RateSubject& subject, std::int64_t window_us);
  void forget_old(std::int64_t window_us);
  std::vector<store::RateCount> collect_changes();

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  RateRules rules_;
  std::map<std::string, Counter, std::less<>> counters_;  // by the bucket's hash
  std::array<std::atomic<std::int64_t>, 6> refused_{};
};

std::string_view word_of(RateAxis axis);

/// Of an address: an IPv4 address as it is, of an IPv6 one the network of 64 bits, which is one customer's.
std::string rate_name_of_address(const std::string& address);

}  // namespace platos::governance
