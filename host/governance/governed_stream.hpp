// An answer that passes the governors while it streams.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "governance/audit.hpp"
#include "governance/guarded_check.hpp"

namespace platos::governance {

/// Bound to a loop. What one governor releases is what the next one sees.
class GovernedStream {
 public:
  explicit GovernedStream(std::vector<GuardedCheck> checks);

  /// Takes a piece, whole characters, and gives what may go out now. PermissionDenied "safety_blocked" or "PII_BLOCKED"
  /// when a governor denies: nothing more may go out.
  Result<std::string> feed(std::string_view piece, bool is_last);

  const std::vector<Finding>& findings() const { return findings_; }

 private:
  struct Stage {
    GuardedCheck check;
    std::string held;
  };
  std::vector<Stage> stages_;
  std::vector<Finding> findings_;
};

}  // namespace platos::governance
