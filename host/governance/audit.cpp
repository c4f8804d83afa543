#include "governance/audit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::governance {
namespace {

using model::Json;
using ports::Decision;
using ports::Point;

std::string camel_case(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_') {
      up = true;
      continue;
    }
    out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    up = false;
  }
  return out;
}

const char* action_of(Decision decision) {
  if (decision == Decision::Redact) return "redact";
  return decision >= Decision::RequireApproval ? "block" : "warn";
}

std::string text_of(const Json& object, const char* member, const std::string& otherwise) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? base::printable(found->get<std::string>(), 500) : otherwise;
}

Finding from_json(const Json& json, Finding blank, Point point) {
  blank.detector = text_of(json, "type", "governor");
  if (point == Point::BeforeTool) blank.detector = "tool_param";
  blank.severity = text_of(json, "severity", "low");
  blank.action = text_of(json, "action", blank.action);
  blank.detail = text_of(json, "detail", "");
  blank.rule_id = text_of(json, "rule_id", blank.rule_id);
  Json flag = Json::object();
  for (const auto& [key, value] : json.items()) {
    if (key != "action") flag[camel_case(key)] = value;
  }
  blank.flag_json = model::dump(flag);
  return blank;
}

}  // namespace

std::string_view point_name(Point point) {
  switch (point) {
    case Point::SessionStart: return "session_start";
    case Point::BeforeModel: return "before_model";
    case Point::AfterModel: return "after_model";
    case Point::BeforeTool: return "before_tool";
    case Point::AfterTool: return "after_tool";
    case Point::BeforeMemoryWrite: return "before_memory_write";
    case Point::Egress: return "egress";
    default: return "unspecified";
  }
}

std::string to_json(const Subject& subject, Point point) {
  base::JsonObject json;
  json.text("point", point_name(point))
      .text("agent_id", subject.agent_id)
      .text("thread_id", subject.thread_id)
      .text("user_id", subject.context.user_id)
      .text("run_id", subject.context.run_id);
  const auto add = [&json](const char* member, const std::string& text) {
    if (!text.empty()) json.text(member, text);
  };
  add("model", subject.model);
  add("tool", subject.tool);
  add("effect", subject.effect);
  add("method", subject.method);
  add("url", subject.url);
  return json.take();
}

namespace {
void add(std::vector<Finding>& findings, const Link& link, Finding finding) {
  if (link.metrics != nullptr) {
    link.metrics
        ->counter("platos_safety_events_total", "What governors found.",
                  {{"category", finding.detector}, {"policy", finding.action}})
        .add();
  }
  findings.push_back(std::move(finding));
}
}  // namespace

void note(std::vector<Finding>& findings, const Link& link, Point point, const ports::Verdict& verdict) {
  if (verdict.decision == Decision::Allow && verdict.findings_json.empty() && verdict.rule_id.empty()) return;
  Finding blank;
  blank.instance = link.instance;
  blank.plugin = link.governor ? link.governor->plugin() : "";
  blank.rule_id = verdict.rule_id;
  blank.reason = verdict.reason;
  blank.action = action_of(verdict.decision);
  blank.point = point;
  const auto parsed = verdict.findings_json.empty()
                          ? Result<Json>(Json::array())
                          : model::parse_bounded(verdict.findings_json, "findings", {256 * 1024, 16, 10'000});
  if (parsed && parsed->is_array()) {
    for (const auto& each : *parsed) {
      if (each.is_object()) add(findings, link, from_json(each, blank, point));
    }
    if (!parsed->empty()) return;
  }
  if (verdict.decision == Decision::Allow && verdict.rule_id.empty()) return;
  blank.detector = "governor";
  blank.severity = verdict.decision == Decision::Allow ? "medium" : "high";
  blank.detail = verdict.reason;
  blank.flag_json = model::dump({{"type", "governor"}, {"severity", blank.severity}, {"detail", verdict.rule_id}});
  add(findings, link, std::move(blank));
}

Error refusal(Decision decision, const std::string& rule_id, const std::vector<Finding>& findings) {
  const bool personal = std::any_of(findings.begin(), findings.end(), [](const Finding& each) {
    return each.detector == "pii" && each.action == "block";
  });
  Error error;
  error.kind = ErrorKind::PermissionDenied;
  error.code = decision == Decision::RequireApproval ? "approval_required"
               : personal                            ? "PII_BLOCKED"
                                                     : "safety_blocked";
  error.message = decision == Decision::RequireApproval
                      ? "a policy asks for a person's approval, which cannot be given here (rule " + rule_id + ")"
                      : "blocked by a safety policy (rule " + rule_id + ")";
  return error;
}

std::string flags_json(const std::vector<Finding>& findings) {
  std::string array;
  for (const auto& each : findings) array += (array.empty() ? "[" : ",") + each.flag_json;
  return array.empty() ? array : array + "]";
}

std::vector<store::SafetyEventRow> ledger_rows(const Subject& subject, const std::vector<Finding>& findings,
                                               const std::string& part, std::int64_t now_us) {
  std::vector<store::SafetyEventRow> rows;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& each = findings[i];
    store::SafetyEventRow row;
    row.id = "sfe_" + base::sha256_hex(subject.context.run_id + "|" + std::string(point_name(each.point)) + "|" + part +
                                       "|" + std::to_string(i))
                          .substr(0, 26);
    row.agent_id = subject.agent_id;
    row.thread_id = subject.thread_id;
    row.run_id = subject.context.run_id;
    row.user_id = subject.context.user_id;
    row.detector = each.detector;
    row.action = each.action;
    row.severity = each.severity;
    row.detail = each.detail;
    row.tool_name = subject.tool;
    row.tool_call_id = subject.call_id;
    row.meta_json = model::dump({{"governor", each.instance},
                                 {"plugin", each.plugin},
                                 {"rule_id", each.rule_id},
                                 {"point", point_name(each.point)},
                                 {"reason", each.reason},
                                 {"flag", model::parse_bounded(each.flag_json, "flag").value_or(Json())}});
    row.created_us = now_us;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace platos::governance
