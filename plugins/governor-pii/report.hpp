// What a check found, and the verdict that follows from it.
#pragma once

#include <bitset>
#include <string>
#include <string_view>

#include "config.hpp"
#include "platos/cpp/governor.hpp"

namespace platos::governor_pii {

/// Bound to one check. Config and policy are borrowed.
class Report {
 public:
  Report(const Config& config, const PointPolicy& policy) : config_(config), policy_(policy) {}

  /// Takes note of a match and says what to do about it. `matched` is shown masked.
  Action add(Rule rule, std::string_view matched);

  /// Counts the characters of the subject; too many are a finding, once.
  void count_characters(std::string_view bytes);

  /// Whether something was found that policy blocks.
  bool is_blocked() const noexcept { return !blocked_by_.empty(); }

  /// What is put in the place of a match.
  std::string replacement(Rule rule) const;

  /// Moves the new findings, and the rule and reason of the decision, into `verdict`. A blocked subject is denied.
  void settle(sdk::Verdict& verdict);

 private:
  void write(Rule rule, std::string_view matched, Action action);
  std::string_view name(Rule rule) const noexcept;
  Severity severity(Rule rule) const noexcept;
  std::string detail(Rule rule) const;
  std::string rule_id(Rule rule) const;
  std::string reason(Rule rule, Action action) const;

  const Config& config_;
  const PointPolicy& policy_;
  std::string findings_;  // elements of the array that were not handed out yet
  std::size_t finding_count_ = 0;
  std::size_t character_count_ = 0;
  std::bitset<kInjectionPatternCount> seen_patterns_;
  bool is_long_ = false;
  std::string blocked_by_, blocked_reason_;
  std::string redacted_by_, redacted_reason_;
};

}  // namespace platos::governor_pii
