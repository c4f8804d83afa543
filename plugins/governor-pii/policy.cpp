#include "policy.hpp"

#include <algorithm>

namespace platos::governor_pii {
namespace {

bool interferes(Action action) noexcept { return action >= Action::Redact; }

}  // namespace

std::string_view action_name(Action action) noexcept {
  switch (action) {
    case Action::Flag: return "flag";
    case Action::Warn: return "warn";
    case Action::Redact: return "redact";
    default: return "block";
  }
}

Action type_action(Policy policy) noexcept {
  switch (policy) {
    case Policy::Allow: return Action::Flag;
    case Policy::Warn: return Action::Warn;
    case Policy::Redact: return Action::Redact;
    default: return Action::Block;
  }
}

Action category_action(Policy policy, Severity severity) noexcept {
  const Action action = type_action(policy);
  return action == Action::Block && severity != Severity::High ? Action::Warn : action;
}

Action PointPolicy::of(Rule rule) const noexcept {
  switch (rule.category) {
    case Category::Pii: return pii[rule.index];
    case Category::Injection: return injection[rule.index];
    case Category::Custom: return custom[rule.index];
    default: return exfiltration;
  }
}

bool PointPolicy::holds_for_pii() const noexcept {
  return std::any_of(pii.begin(), pii.end(), interferes) || std::any_of(custom.begin(), custom.end(), interferes);
}

bool PointPolicy::holds_for_injection() const noexcept {
  return std::any_of(injection.begin(), injection.end(), interferes);
}

}  // namespace platos::governor_pii
