#include "rule_set.hpp"

#include <algorithm>

namespace platos::governor_rules {
namespace {

bool any_holds(const std::vector<TimeWindow>& windows, WallTime now) {
  return std::any_of(windows.begin(), windows.end(), [now](const TimeWindow& window) { return window.holds(now); });
}

bool holds(const Rule& rule, const Subject& subject, const Document& document) {
  if (rule.part != subject.part || !rule.tools.covers(subject.tool) || !rule.agents.covers(subject.agent) ||
      !rule.users.covers(subject.user)) {
    return false;
  }
  const auto& effects = rule.effects;
  if (!effects.empty() && std::find(effects.begin(), effects.end(), subject.effect) == effects.end()) return false;
  if (!rule.times.empty() && !any_holds(rule.times, subject.time)) return false;
  if (any_holds(rule.outside_times, subject.time)) return false;
  return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                     [&](const Condition& condition) { return condition.holds(document); });
}

}  // namespace

std::string_view to_text(Decision decision) noexcept {
  switch (decision) {
    case Decision::Allow: return "allow";
    case Decision::Redact: return "redact";
    case Decision::RequireApproval: return "require_approval";
    case Decision::Deny:
    case Decision::Unspecified: break;
  }
  return "deny";
}

bool RuleSet::looks_at(Part part) const noexcept {
  if (part == Part::Call && otherwise != Decision::Allow) return true;
  return std::any_of(rules.begin(), rules.end(), [part](const Rule& rule) { return rule.part == part; });
}

Answer RuleSet::evaluate(const Subject& subject, const Document& document) const {
  for (const Rule& rule : rules) {
    if (holds(rule, subject, document)) return {rule.decision, &rule};
  }
  return {subject.part == Part::Call ? otherwise : Decision::Allow, nullptr};
}

std::optional<std::string> redacted(const Rule& rule, const Document& document) {
  struct Replacement {
    Document::Value value;
    const std::string* with;
  };
  std::vector<Replacement> all;
  for (const Redaction& redaction : rule.redactions) {
    for (const Document::Value& value : document.find(redaction.at)) all.push_back({value, &redaction.with_json});
  }
  if (all.empty()) return std::nullopt;
  // Of two that overlap one holds the other, and goes in its place.
  std::stable_sort(all.begin(), all.end(), [](const Replacement& left, const Replacement& right) {
    return left.value.begin != right.value.begin ? left.value.begin < right.value.begin
                                                 : left.value.end > right.value.end;
  });
  std::string text;
  std::size_t done = 0;
  for (const Replacement& each : all) {
    if (each.value.begin < done) continue;
    text.append(document.text(), done, each.value.begin - done).append(*each.with);
    done = each.value.end;
  }
  return text.append(document.text(), done);
}

}  // namespace platos::governor_rules
