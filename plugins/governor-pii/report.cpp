#include "report.hpp"

#include <algorithm>

#include "folding.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::governor_pii {
namespace {

constexpr std::size_t kMostFindings = 100;
constexpr std::size_t kManyCharacters = 50'000;

std::size_t count_starts(std::string_view bytes) noexcept {
  return static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), starts_character));
}

/// The first four characters, but never more than half, and three stars.
std::string masked(std::string_view matched) {
  const std::size_t shown = std::min<std::size_t>(4, count_starts(matched) / 2);
  std::size_t end = 0;
  for (std::size_t characters = 0; end < matched.size(); ++end) {
    if (starts_character(matched[end]) && characters++ == shown) break;
  }
  return std::string(matched.substr(0, end)) + "***";
}

std::string in_capitals(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char byte) { return static_cast<char>(to_upper(static_cast<unsigned char>(byte))); });
  return text;
}

}  // namespace

std::string_view Report::name(Rule rule) const noexcept {
  switch (rule.category) {
    case Category::Pii: return description(static_cast<PiiType>(rule.index)).name;
    case Category::Injection: return description(static_cast<InjectionPattern>(rule.index)).name;
    case Category::Custom: return config_.custom[rule.index].name;
    default: return "long_text";
  }
}

Severity Report::severity(Rule rule) const noexcept {
  switch (rule.category) {
    case Category::Pii: return description(static_cast<PiiType>(rule.index)).severity;
    case Category::Injection: return description(static_cast<InjectionPattern>(rule.index)).severity;
    case Category::Custom: return config_.custom[rule.index].severity;
    default: return Severity::Medium;
  }
}

std::string Report::detail(Rule rule) const {
  switch (rule.category) {
    case Category::Pii: return std::string(description(static_cast<PiiType>(rule.index)).detail);
    case Category::Injection: return std::string(description(static_cast<InjectionPattern>(rule.index)).detail);
    case Category::Custom: return "match of the operator's pattern " + config_.custom[rule.index].name;
    default: return "more than 50000 characters";
  }
}

std::string Report::rule_id(Rule rule) const {
  const char* prefix = rule.category == Category::Pii         ? "pii."
                       : rule.category == Category::Injection ? "injection."
                       : rule.category == Category::Custom    ? "custom."
                                                              : "exfiltration.";
  return prefix + std::string(name(rule));
}

std::string Report::reason(Rule rule, Action action) const {
  const std::string verb = rule.category == Category::Injection || rule.category == Category::Exfiltration
                               ? "The text: "
                               : "The text holds personal or secret data: ";
  return verb + detail(rule) + (action == Action::Block ? "; policy blocks it." : "; policy redacts it.");
}

Action Report::add(Rule rule, std::string_view matched) {
  const Action action = policy_.of(rule);
  const bool is_repeated = rule.category == Category::Injection && seen_patterns_[rule.index];
  if (rule.category == Category::Injection) seen_patterns_.set(rule.index);
  const bool decides = action == Action::Block && blocked_by_.empty();
  if (decides) {
    blocked_by_ = rule_id(rule);
    blocked_reason_ = reason(rule, action);
  }
  if (action == Action::Redact) {
    redacted_by_ = rule_id(rule);
    redacted_reason_ = reason(rule, action);
  }
  // What decides is told however long the list is.
  if (decides || (!is_repeated && finding_count_ < kMostFindings)) write(rule, matched, action);
  return action;
}

void Report::write(Rule rule, std::string_view matched, Action action) {
  ++finding_count_;
  if (!findings_.empty()) findings_ += ',';
  sdk::JsonWriter json(findings_);
  const char* type = rule.category == Category::Injection      ? "injection"
                     : rule.category == Category::Exfiltration ? "exfiltration"
                                                               : "pii";
  json.begin_object().key("type").value(type).key("severity").value(severity_name(severity(rule)));
  json.key("detail").value(detail(rule));
  if (!matched.empty()) json.key("matched_text").value(masked(matched));
  if (rule.category == Category::Pii || rule.category == Category::Custom) json.key("pii_type").value(name(rule));
  if (rule.category == Category::Injection) json.key("injection_pattern").value(name(rule));
  json.key("action").value(action_name(action)).key("rule_id").value(rule_id(rule)).end_object();
}

void Report::count_characters(std::string_view bytes) {
  character_count_ += count_starts(bytes);
  if (is_long_ || character_count_ <= kManyCharacters) return;
  is_long_ = true;
  add({Category::Exfiltration, 0}, {});
}

std::string Report::replacement(Rule rule) const {
  constexpr std::string_view kPlaceholder = "{TYPE}";
  std::string text = config_.redact_with;
  if (const std::size_t at = text.find(kPlaceholder); at != std::string::npos) {
    text.replace(at, kPlaceholder.size(), in_capitals(name(rule)));
  }
  return text;
}

void Report::settle(sdk::Verdict& verdict) {
  if (is_blocked()) {
    verdict.decision = PLATOS_DENY;
    verdict.rule_id = blocked_by_;
    verdict.reason = blocked_reason_;
  } else if (verdict.decision == PLATOS_REDACT) {
    verdict.rule_id = redacted_by_;
    verdict.reason = redacted_reason_;
  }
  if (!findings_.empty()) verdict.findings_json = "[" + findings_ + "]";
  findings_.clear();
}

}  // namespace platos::governor_pii
