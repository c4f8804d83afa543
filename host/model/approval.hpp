// Questions that people decide: whether a tool may be called, or whatever else an agent asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/json.hpp"
#include "model/scope.hpp"

namespace platos::model {

enum class ApprovalState { Unspecified, Pending, Approved, Rejected, TimedOut, Cancelled };

/// On the wire: "pending", "approved", "rejected", "timed_out", "cancelled".
std::string_view to_text(ApprovalState state);
/// Also "denied" and "expired". Unspecified for anything else.
ApprovalState approval_state_from_text(std::string_view text);

/// Who decides, how many of them, and how long they have.
struct ApprovalPolicy {
  std::int64_t needed = 1;         ///< different people who must approve; one refusal ends it
  std::vector<std::string> roles;  ///< of which one is enough: user, member, admin, owner, operator. Empty: all
  std::int64_t timeout_s = 300;

  bool operator==(const ApprovalPolicy&) const = default;
};

/// {"needed"?, "roles"?, "expires_ms"?}, as governors write it; what is absent is as in `defaults`. InvalidArgument
/// "invalid_field".
Result<ApprovalPolicy> approval_policy_from_json(const Json& json, const ApprovalPolicy& defaults);

/// As both say: as many people as either needs, in the shorter time, and one role that is in both. FailedPrecondition
/// "approval_conflict" when there is no such role.
Result<ApprovalPolicy> both_of(const ApprovalPolicy& one, const ApprovalPolicy& other);

/// Whether who decides by `given` could have decided by `wanted`, too.
bool covers(const ApprovalPolicy& given, const ApprovalPolicy& wanted);

/// Whether this principal has one of the roles. "user": the one whose turn asks.
bool may_decide(const ApprovalPolicy& policy, const Principal& who, const std::string& requested_by);

/// What was asked, and what became of it.
struct Approval {
  std::string id;  ///< "apr_" and a ULID
  Scope scope;
  std::string source;  ///< "tool_call", "request_approval", "loop_detector"
  std::string run_id;
  std::string call_id;
  std::string agent_id;
  std::string thread_id;
  std::string requested_by;  ///< user
  std::string action;        ///< one line
  std::string details;
  std::string tool;                   ///< as the model calls it
  std::string arguments_json;         ///< that it would be called with
  std::string schema_json;            ///< of the arguments; empty: any object
  std::string edited_arguments_json;  ///< empty: as they were asked for
  std::string edited_by;
  std::string request_hash;  ///< of the tool and of the arguments that will run
  ApprovalPolicy policy;
  ApprovalState state = ApprovalState::Pending;
  std::string responded_by;
  std::string comment;
  std::int64_t approvals = 0;  ///< votes for it so far
  std::int64_t created_us = 0;
  std::int64_t deadline_us = 0;
  std::int64_t resolved_us = 0;  ///< 0: not yet

  const std::string& effective_arguments() const {
    return edited_arguments_json.empty() ? arguments_json : edited_arguments_json;
  }
};

/// SHA-256, as hex, of exactly what an approval allows.
std::string approval_hash(std::string_view tool, std::string_view arguments_json);

}  // namespace platos::model
