#include "rules_governor.hpp"

#include "common/bounded_json.hpp"
#include "config.hpp"

namespace platos::governor_rules {
namespace {

std::int32_t number_of(Decision decision) noexcept {
  switch (decision) {
    case Decision::Allow: return PLATOS_ALLOW;
    case Decision::Redact: return PLATOS_REDACT;
    case Decision::RequireApproval: return PLATOS_REQUIRE_APPROVAL;
    case Decision::Deny:
    case Decision::Unspecified: break;
  }
  return PLATOS_DENY;
}

std::string text_member(const nlohmann::json& subject, const char* name, const char* otherwise) {
  const auto found = subject.find(name);
  return found != subject.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

/// Borrows the rules.
class RulesCheck final : public sdk::Check {
 public:
  RulesCheck(const RuleSet& rules, Part part, WallTime now, std::string_view subject_json)
      : rules_(rules), part_(part), now_(now) {
    const auto subject = plugin_common::parse_object(subject_json, "the subject", 16);
    tool_ = text_member(subject, "tool", "");
    agent_ = text_member(subject, "agent_id", "");
    user_ = text_member(subject, "user_id", "");
    effect_ = text_member(subject, "effect", "once");
  }

  sdk::Verdict feed(std::string_view chunk, bool is_last) override {
    json_.append(chunk);
    if (!is_last) return {};
    const Document document(std::move(json_));
    const Answer answer = rules_.evaluate({part_, tool_, agent_, user_, effect_, now_}, document);
    sdk::Verdict verdict;
    verdict.release_bytes = document.text().size();
    if (answer.decision == Decision::Allow) return verdict;
    if (answer.decision == Decision::Redact) {
      auto text = redacted(*answer.rule, document);
      if (!text) return verdict;
      verdict.replacement = std::move(*text);
    }
    verdict.decision = number_of(answer.decision);
    verdict.rule_id = answer.rule == nullptr ? "default" : answer.rule->id;
    verdict.reason = answer.rule == nullptr ? "No rule allows this call." : answer.rule->reason;
    if (answer.rule != nullptr) verdict.approval_json = answer.rule->approval_json;
    return rules_.enforced ? verdict : reported(verdict, answer.decision);
  }

 private:
  // A verdict that allows and has a rule's id is kept in the ledger as a warning.
  static sdk::Verdict reported(const sdk::Verdict& decided, Decision decision) {
    sdk::Verdict verdict;
    verdict.release_bytes = decided.release_bytes;
    verdict.rule_id = decided.rule_id;
    verdict.reason = "Not enforced (mode \"report\"): " + std::string(to_text(decision)) + ". " + decided.reason;
    return verdict;
  }

  const RuleSet& rules_;
  const Part part_;
  const WallTime now_;
  std::string tool_, agent_, user_, effect_;
  std::string json_;
};

}  // namespace

RulesGovernor::RulesGovernor(sdk::Host host, std::string_view config_json)
    : Governor(host), rules_(parse_config(config_json)) {}

std::uint32_t RulesGovernor::points() const noexcept {
  std::uint32_t points = 0;
  if (rules_.looks_at(Part::Call)) points |= PLATOS_POINT_BEFORE_TOOL;
  if (rules_.looks_at(Part::Result)) points |= PLATOS_POINT_AFTER_TOOL;
  return points;
}

std::unique_ptr<sdk::Check> RulesGovernor::begin(sdk::Call, std::uint32_t point, std::string_view subject_json) {
  if (point != PLATOS_POINT_BEFORE_TOOL && point != PLATOS_POINT_AFTER_TOOL) {
    throw sdk::Error(PLATOS_UNIMPLEMENTED, "governor-rules has nothing to check at point " + std::to_string(point));
  }
  const platos_host_t* table = host().table();
  const std::chrono::nanoseconds since_epoch(table->now_ns(table, PLATOS_CLOCK_WALL));
  const WallTime now(std::chrono::duration_cast<std::chrono::microseconds>(since_epoch));
  return std::make_unique<RulesCheck>(rules_, point == PLATOS_POINT_BEFORE_TOOL ? Part::Call : Part::Result, now,
                                      subject_json);
}

}  // namespace platos::governor_rules
