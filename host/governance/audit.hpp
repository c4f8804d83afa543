// What governors found, as rows of the safety ledger and as flags for clients.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "governance/guarded_check.hpp"
#include "model/scope.hpp"
#include "store/safety_events.hpp"

namespace platos::governance {

/// What a check is about. Texts may be empty.
struct Subject {
  ports::CallContext context;
  std::string agent_id;
  std::string thread_id;
  std::string model;
  std::string tool;
  std::string call_id;
  std::string effect;
  std::string method;
  std::string url;
};
std::string to_json(const Subject& subject, ports::Point point);
/// As plugins know it: "before_model".
std::string_view point_name(ports::Point point);

/// One finding, or one verdict that came without findings.
struct Finding {
  std::string detector;  ///< pii, injection, exfiltration, tool_param ..., or "governor"
  std::string severity = "low";
  std::string action = "warn";  ///< flag, warn, redact, block
  std::string detail;
  std::string flag_json;  ///< as clients see it, camelCase
  std::string instance;
  std::string plugin;
  std::string rule_id;
  std::string reason;
  ports::Point point = ports::Point::Unspecified;
};

/// Adds what a verdict says to `findings`.
void note(std::vector<Finding>& findings, const Link& link, ports::Point point, const ports::Verdict& verdict);

/// The error of a refused subject: PermissionDenied "PII_BLOCKED" when personal data was the reason,
/// "approval_required", else "safety_blocked".
Error refusal(ports::Decision decision, const std::string& rule_id, const std::vector<Finding>& findings);

/// A JSON array of the flags; empty text when there are none.
std::string flags_json(const std::vector<Finding>& findings);

/// Rows for the ledger. `part` tells checks of one run and point apart, such as a step or a call id: the same part
/// gives the same ids, so a row is never written twice.
std::vector<store::SafetyEventRow> ledger_rows(const Subject& subject, const std::vector<Finding>& findings,
                                               const std::string& part, std::int64_t now_us);

}  // namespace platos::governance
