// What is to be done about a match.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules.hpp"

namespace platos::governor_pii {

/// As an operator writes it: "allow", "warn", "redact", "block".
enum class Policy : std::uint8_t { Unspecified, Allow, Warn, Redact, Block };

/// As a finding reports it, by severity: "flag", "warn", "redact", "block".
enum class Action : std::uint8_t { Unspecified, Flag, Warn, Redact, Block };

std::string_view action_name(Action action) noexcept;

/// The action of a policy for a whole category: it blocks what is of high severity, and warns of the rest.
Action category_action(Policy policy, Severity severity) noexcept;

/// The action of a policy for one type, which the operator named: it holds at any severity.
Action type_action(Policy policy) noexcept;

/// Actions at one point. Immutable.
struct PointPolicy {
  std::array<Action, kPiiTypeCount> pii{};
  std::array<Action, kInjectionPatternCount> injection{};
  std::vector<Action> custom;
  Action exfiltration = Action::Warn;

  Action of(Rule rule) const noexcept;
  /// Whether text must be held until it is known what it is.
  bool holds_for_pii() const noexcept;
  bool holds_for_injection() const noexcept;
};

}  // namespace platos::governor_pii
