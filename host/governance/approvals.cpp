#include "governance/approvals.hpp"

#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "model/context.hpp"
#include "model/json_schema.hpp"
#include "tenancy/audit.hpp"

namespace platos::governance {
namespace {

using model::Approval;
using model::ApprovalState;
using model::Principal;

constexpr std::size_t kMaxCommentBytes = 4000;
constexpr std::size_t kMaxShownBytes = 1000;
constexpr model::Rights kSeesAll = model::kRead | model::kWrite | model::kAdmin | model::kOwner | model::kOperator;

Error approval_not_found(const std::string& id) {
  return {ErrorKind::NotFound,
          "approval_not_found",
          "there is no approval \"" + base::printable(id, 80) + "\"",
          false,
          0,
          {}};
}

bool may_see(const Principal& who, const Approval& approval) {
  if (who.is_kept_from(approval.agent_id)) return false;
  return who.may(kSeesAll) || approval.requested_by == who.user_id;
}

Result<Approval> visible(store::Session& session, const Principal& who, const std::string& id) {
  auto approval = store::Approvals(session).find(who.scope, id);
  if (!approval || !may_see(who, *approval)) return fail(approval_not_found(id));
  return std::move(*approval);
}

// The same person over another credential is the same person, and so is everybody whom the holder of one key names.
std::vector<std::string> voters_of(const Principal& who) {
  std::vector<std::string> voters;
  if (!who.user_id.empty()) voters.push_back(who.user_id);
  if (!who.is_proven || who.user_id.empty()) voters.push_back(who.actor);
  return voters;
}

Result<void> check_open(const Approval& approval, std::int64_t now_us) {
  if (approval.state != ApprovalState::Pending) {
    return fail(ErrorKind::Conflict, "approval_resolved",
                "approval " + approval.id + " is " + std::string(model::to_text(approval.state)) +
                    " already; what was said first holds");
  }
  if (approval.deadline_us <= now_us) {
    return fail(ErrorKind::Conflict, "approval_expired",
                "approval " + approval.id + " has expired, which denies it; the agent must ask again");
  }
  return {};
}

// Nobody says yes to what somebody else has edited without having seen it.
Result<void> check_seen(const Approval& approval, const ApprovalDecision& decision) {
  if (decision.request_hash == approval.request_hash) return {};
  const bool is_edited = !approval.edited_arguments_json.empty();
  if (decision.request_hash.empty() && !(is_edited && decision.approved)) return {};
  const std::string now = base::printable(approval.effective_arguments(), kMaxShownBytes);
  return fail(ErrorKind::Conflict, "approval_changed",
              "what approval " + approval.id + " would let run " +
                  (is_edited ? "was edited by " + base::printable(approval.edited_by, 80) : "is not what you saw") +
                  "; it is " + approval.tool + " with " + now + " now; decide with its requestHash, " +
                  approval.request_hash);
}

Result<void> check_decision(const ApprovalDecision& decision) {
  if (decision.comment.size() > kMaxCommentBytes)
    return fail(model::invalid_field("comment", "at most 4000 bytes", std::to_string(decision.comment.size())));
  if (decision.edited_arguments && !decision.edited_arguments->is_object())
    return fail(model::invalid_field("editedArgs", "an object", model::kind_of(*decision.edited_arguments)));
  return {};
}

// What the host puts around a call is none of its arguments: no schema knows it, and nobody edits it.
Result<model::Json> with_envelope_of(const Approval& approval, model::Json edited) {
  const auto asked = model::parse_bounded(approval.arguments_json, "the arguments").value_or(model::Json::object());
  const auto envelope = asked.find(model::kCallEnvelope);
  const auto given = edited.find(model::kCallEnvelope);
  if (given != edited.end() && (envelope == asked.end() || *given != *envelope)) {
    return fail(
        model::invalid_field("editedArgs._context", "what the host has put there, or nothing", "something else"));
  }
  edited.erase(std::string(model::kCallEnvelope));
  if (!approval.schema_json.empty()) {
    const auto schema = model::JsonSchema::compile(model::parse_bounded(approval.schema_json, "the schema").value());
    if (!schema) return fail(schema.error());
    if (auto valid = schema->validate(edited, "editedArgs", "invalid_arguments"); !valid) return fail(valid.error());
  }
  if (envelope != asked.end()) edited[std::string(model::kCallEnvelope)] = *envelope;
  return edited;
}

Result<void> edit(store::Session& session, Approval& approval, const Principal& who, const model::Json& arguments) {
  if (approval.tool.empty()) {
    return fail(ErrorKind::InvalidArgument, "invalid_field",
                "editedArgs: this approval is a question of the agent, and has no arguments that could be edited");
  }
  auto edited = with_envelope_of(approval, arguments);
  if (!edited) return fail(edited.error());
  approval.edited_arguments_json = model::dump(*edited);
  approval.edited_by = who.user_id;
  const std::string hash = model::approval_hash(approval.tool, approval.edited_arguments_json);
  if (hash != approval.request_hash) {
    store::Approvals(session).clear_votes(approval.scope, approval.id);
    approval.approvals = 0;
  }
  approval.request_hash = hash;
  return {};
}

// Changes `approval` to what it is after this word.
Result<void> count(store::Session& session, Approval& approval, const Principal& who, const ApprovalDecision& decision,
                   std::int64_t now_us) {
  for (const auto& voter : voters_of(who)) {
    const store::Vote vote{voter, decision.approved, decision.comment, now_us};
    if (store::Approvals(session).vote(approval.scope, approval.id, vote)) continue;
    return fail(ErrorKind::Conflict, "already_decided",
                base::printable(voter, 80) + " has approved " + approval.id + " already; it needs " +
                    std::to_string(approval.policy.needed) +
                    " different people, each with a token or session of their own: a key counts once");
  }
  if (decision.approved) ++approval.approvals;
  if (decision.approved && approval.approvals < approval.policy.needed) return {};
  approval.state = decision.approved ? ApprovalState::Approved : ApprovalState::Rejected;
  approval.responded_by = who.user_id;
  approval.comment = decision.comment;
  approval.resolved_us = now_us;
  return {};
}

Result<Approval> decide_in(store::Session& session, base::IdMaker& ids, const Principal& who, const std::string& id,
                           const ApprovalDecision& decision, std::int64_t now_us) {
  // Two hosts may decide at once: what the second reads is what the first has left.
  store::Approvals(session).lock(who.scope, id);
  auto approval = visible(session, who, id);
  if (!approval) return approval;
  if (auto open = check_open(*approval, now_us); !open) return fail(open.error());
  if (!model::may_decide(approval->policy, who, approval->requested_by)) {
    return fail(ErrorKind::PermissionDenied, "approval_role",
                "approval " + id + " is to be decided by somebody with another role than yours");
  }
  if (auto seen = check_seen(*approval, decision); !seen) return fail(seen.error());
  if (decision.approved && decision.edited_arguments) {
    if (auto edited = edit(session, *approval, who, *decision.edited_arguments); !edited) return fail(edited.error());
  }
  if (auto counted = count(session, *approval, who, decision, now_us); !counted) return fail(counted.error());
  if (!store::Approvals(session).update(*approval))
    return fail(ErrorKind::Conflict, "approval_resolved", "approval " + id + " was decided by somebody else just now");
  tenancy::write_audit(session, ids, who, decision.approved ? "approval.approve" : "approval.deny", id,
                       {{"run", approval->run_id},
                        {"tool", approval->tool},
                        {"hash", approval->request_hash},
                        {"edited", decision.approved && decision.edited_arguments.has_value()},
                        {"state", model::to_text(approval->state)}},
                       now_us);
  if (approval->state != ApprovalState::Pending) store::Runs(session).wake(approval->scope, approval->run_id, now_us);
  base::failpoint("approval.in_decision");
  return approval;
}

}  // namespace

Task<Result<ApprovalPage>> Approvals::list(base::Loop& loop, model::Principal who, store::ApprovalFilter filter) {
  if (!who.may(kSeesAll)) filter.user_id = who.user_id;
  if (!who.agent_id.empty()) {
    // Another agent's are not there for a credential that is bound to one.
    if (who.is_kept_from(filter.agent_id) && !filter.agent_id.empty()) co_return ApprovalPage{};
    filter.agent_id = who.agent_id;
  }
  const auto read = database_.read(loop, [scope = who.scope, filter](store::Session& session) -> Result<ApprovalPage> {
    store::Approvals approvals(session);
    store::ApprovalFilter pending;
    pending.user_id = filter.user_id;
    pending.agent_id = filter.agent_id;
    pending.state = "pending";
    return ApprovalPage{approvals.list(scope, filter), approvals.count(scope, filter), approvals.count(scope, pending)};
  });
  co_return co_await read;
}

Task<Result<model::Approval>> Approvals::find(base::Loop& loop, model::Principal who, std::string id) {
  const auto read = database_.read(
      loop, [who, id](store::Session& session) -> Result<Approval> { return visible(session, who, id); });
  co_return co_await read;
}

Task<Result<model::Approval>> Approvals::decide(base::Loop& loop, model::Principal who, std::string id,
                                                ApprovalDecision decision) {
  if (auto good = check_decision(decision); !good) co_return fail(good.error());
  const auto write =
      database_.write(loop, [this, who, id, decision, now = loop.clock().wall_us()](store::Session& session) {
        return decide_in(session, ids_, who, id, decision, now);
      });
  auto decided = co_await write;
  base::failpoint("approval.decided");
  if (decided && decided->state != ApprovalState::Pending) engine_.wake(decided->run_id);
  co_return decided;
}

}  // namespace platos::governance
