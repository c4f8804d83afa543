#include "store/approvals.hpp"

#include <nlohmann/json.hpp>

#include "store/rows.hpp"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kAction = "approvals.action";
constexpr std::string_view kDetails = "approvals.details";
constexpr std::string_view kArguments = "approvals.arguments";
constexpr std::string_view kSchema = "approvals.schema_json";
constexpr std::string_view kEdited = "approvals.edited";
constexpr std::string_view kApprovalComment = "approvals.comment";
constexpr std::string_view kVoteComment = "approval_votes.comment";

#define PLATOS_APPROVAL_COLUMNS                                                                                        \
  "id, source, run_id, call_id, agent_id, thread_id, user_id, action, details, tool, arguments, schema_json, edited, " \
  "edited_by, request_hash, needed, roles, timeout_s, state, responded_by, comment, approvals, created_us, "           \
  "deadline_us, resolved_us FROM approvals "

// Roles are words without spaces.
std::string joined_roles(const std::vector<std::string>& roles) {
  std::string text;
  for (const auto& role : roles) text += (text.empty() ? "" : " ") + role;
  return text;
}

std::vector<std::string> split_roles(const std::string& text) {
  std::vector<std::string> roles;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    roles.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return roles;
}

model::Approval read_approval(const Scope& scope, const Row& row) {
  model::Approval approval;
  approval.id = row.text(0);
  approval.scope = scope;
  approval.source = row.text(1);
  approval.run_id = row.text(2);
  approval.call_id = row.text(3);
  approval.agent_id = row.text(4);
  approval.thread_id = row.text(5);
  approval.requested_by = row.text(6);
  approval.action = row.unsealed(7, place(scope, kAction, approval.id));
  approval.details = row.unsealed(8, place(scope, kDetails, approval.id));
  approval.tool = row.text(9);
  approval.arguments_json = row.unsealed(10, place(scope, kArguments, approval.id));
  approval.schema_json = row.unsealed(11, place(scope, kSchema, approval.id));
  if (!row.is_null(12)) approval.edited_arguments_json = row.unsealed(12, place(scope, kEdited, approval.id));
  approval.edited_by = row.text(13);
  approval.request_hash = row.text(14);
  approval.policy = {row.integer(15), split_roles(row.text(16)), row.integer(17)};
  approval.state = model::approval_state_from_text(row.text(18));
  approval.responded_by = row.text(19);
  if (!row.is_null(20)) approval.comment = row.unsealed(20, place(scope, kApprovalComment, approval.id));
  approval.approvals = row.integer(21);
  approval.created_us = row.integer(22);
  approval.deadline_us = row.integer(23);
  approval.resolved_us = row.integer(24);
  return approval;
}

}  // namespace

void Approvals::insert(const model::Approval& approval) {
  const Scope& scope = approval.scope;
  const std::string roles = joined_roles(approval.policy.roles);
  session_.execute(
      scope,
      "INSERT INTO approvals (id, env_id, source, run_id, call_id, agent_id, thread_id, user_id, action, details, "
      "tool, "
      "arguments, schema_json, edited_by, request_hash, needed, roles, timeout_s, state, responded_by, approvals, "
      "created_us, deadline_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $15, $16, "
      "$17, 'pending', '', 0, $18, $19)",
      {approval.id, scope.environment_id, approval.source, approval.run_id, approval.call_id, approval.agent_id,
       approval.thread_id, approval.requested_by, Sealed{approval.action, place(scope, kAction, approval.id)},
       Sealed{approval.details, place(scope, kDetails, approval.id)}, approval.tool,
       Sealed{approval.arguments_json, place(scope, kArguments, approval.id)},
       Sealed{approval.schema_json, place(scope, kSchema, approval.id)}, approval.request_hash, approval.policy.needed,
       roles, approval.policy.timeout_s, approval.created_us, approval.deadline_us});
}

std::optional<model::Approval> Approvals::find(const Scope& scope, const std::string& id) {
  return first_row<model::Approval>(session_, scope, "SELECT " PLATOS_APPROVAL_COLUMNS "WHERE env_id = $1 AND id = $2",
                                    {scope.environment_id, id},
                                    [&](const Row& row) { return read_approval(scope, row); });
}

std::vector<model::Approval> Approvals::list(const Scope& scope, const ApprovalFilter& filter) {
  return all_rows<model::Approval>(
      session_, scope,
      "SELECT " PLATOS_APPROVAL_COLUMNS
      "WHERE env_id = $1 AND ($2 = '' OR user_id = $2) AND ($3 = '' OR agent_id = $3) AND ($4 = '' OR thread_id = $4) "
      "AND ($5 = '' OR run_id = $5) AND ($6 = '' OR state = $6) AND ($7 = '' OR source = $7) AND created_us >= $8 "
      "ORDER BY created_us DESC, id DESC LIMIT $9 OFFSET $10",
      {scope.environment_id, filter.user_id, filter.agent_id, filter.thread_id, filter.run_id, filter.state,
       filter.source, filter.since_us, filter.limit, filter.offset},
      [&](const Row& row) { return read_approval(scope, row); });
}

std::int64_t Approvals::count(const Scope& scope, const ApprovalFilter& filter) {
  return *first_row<std::int64_t>(
      session_, scope,
      "SELECT COUNT(*) FROM approvals WHERE env_id = $1 AND ($2 = '' OR user_id = $2) AND ($3 = '' OR agent_id = $3) "
      "AND ($4 = '' OR thread_id = $4) AND ($5 = '' OR run_id = $5) AND ($6 = '' OR state = $6) AND ($7 = '' OR "
      "source = $7) AND created_us >= $8",
      {scope.environment_id, filter.user_id, filter.agent_id, filter.thread_id, filter.run_id, filter.state,
       filter.source, filter.since_us},
      [](const Row& row) { return row.integer(0); });
}

bool Approvals::is_pending(const Scope& scope, const std::string& run_id) {
  return first_row<bool>(session_, scope,
                         "SELECT 1 FROM approvals WHERE env_id = $1 AND run_id = $2 AND state = 'pending' LIMIT 1",
                         {scope.environment_id, run_id}, [](const Row&) { return true; })
      .has_value();
}

bool Approvals::vote(const Scope& scope, const std::string& id, const Vote& vote) {
  const std::string at = id + "/" + vote.voter;
  return session_.execute(scope,
                          "INSERT INTO approval_votes (env_id, approval_id, voter, approved, comment, at_us) VALUES "
                          "($1, $2, $3, $4, $5, $6) ON CONFLICT (env_id, approval_id, voter) DO UPDATE SET approved = "
                          "excluded.approved, comment = excluded.comment, at_us = excluded.at_us WHERE "
                          "excluded.approved = 0",
                          {scope.environment_id, id, vote.voter, std::int64_t{vote.approved},
                           Sealed{vote.comment, place(scope, kVoteComment, at)}, vote.at_us}) == 1;
}

std::vector<Vote> Approvals::votes(const Scope& scope, const std::string& id) {
  return all_rows<Vote>(session_, scope,
                        "SELECT voter, approved, comment, at_us FROM approval_votes WHERE env_id = $1 AND approval_id "
                        "= $2 ORDER BY at_us, voter",
                        {scope.environment_id, id}, [&](const Row& row) {
                          return Vote{row.text(0), row.integer(1) != 0,
                                      row.unsealed(2, place(scope, kVoteComment, id + "/" + row.text(0))),
                                      row.integer(3)};
                        });
}

void Approvals::clear_votes(const Scope& scope, const std::string& id) {
  session_.execute(scope, "DELETE FROM approval_votes WHERE env_id = $1 AND approval_id = $2",
                   {scope.environment_id, id});
}

void Approvals::lock(const Scope& scope, const std::string& id) {
  session_.execute(scope, "UPDATE approvals SET state = state WHERE env_id = $1 AND id = $2 AND state = 'pending'",
                   {scope.environment_id, id});
}

bool Approvals::update(const model::Approval& approval) {
  const Scope& scope = approval.scope;
  const auto sealed_or_null = [&](const std::string& text, std::string_view column) {
    return text.empty() ? Param(nullptr) : Param(Sealed{text, place(scope, column, approval.id)});
  };
  return session_.execute(
             scope,
             "UPDATE approvals SET state = $1, edited = $2, edited_by = $3, request_hash = $4, responded_by = $5, "
             "comment = $6, approvals = $7, resolved_us = $8 WHERE env_id = $9 AND id = $10 AND state = 'pending'",
             {model::to_text(approval.state), sealed_or_null(approval.edited_arguments_json, kEdited),
              approval.edited_by, approval.request_hash, approval.responded_by,
              sealed_or_null(approval.comment, kApprovalComment), approval.approvals,
              approval.resolved_us == 0 ? Param(nullptr) : Param(approval.resolved_us), scope.environment_id,
              approval.id}) == 1;
}

}  // namespace platos::store
