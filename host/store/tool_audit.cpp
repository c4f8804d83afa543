#include "store/tool_audit.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "store/rows.hpp"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kAuditedArguments = "tool_audit.arguments";
constexpr std::string_view kAuditedResult = "tool_audit.result";
constexpr const char* kAuditColumns =
    "id, run_id, thread_id, agent_id, user_id, source, instance, tool, model_name, effect, status, error_code, "
    "latency_us, trace_id, replay_of, created_us, arguments, result FROM tool_audit WHERE env_id = $1";
constexpr const char* kAuditMatches =
    " AND created_us >= $2 AND ($3 = '' OR thread_id = $3) AND ($4 = '' OR agent_id = $4) "
    "AND ($5 = '' OR model_name = $5 OR tool = $5) AND ($6 = '' OR status = $6) AND ($7 = '' OR instance = $7) "
    "AND ";
// SQLite sees no index through an OR, and of a run there are few among many.
constexpr const char* kOfAnyRun = "$8 = ''";
constexpr const char* kOfRun = "run_id = $8";

ToolAuditRow audit_row(const Scope& scope, const Row& row, bool with_texts) {
  ToolAuditRow read;
  read.id = row.text(0);
  read.run_id = row.text(1);
  read.thread_id = row.text(2);
  read.agent_id = row.text(3);
  read.user_id = row.text(4);
  read.source = row.text(5);
  read.instance = row.text(6);
  read.tool = row.text(7);
  read.model_name = row.text(8);
  read.effect = row.text(9);
  read.status = row.text(10);
  read.error_code = row.text(11);
  read.latency_us = row.integer(12);
  read.trace_id = row.text(13);
  read.replay_of = row.text(14);
  read.created_us = row.integer(15);
  if (!with_texts) return read;
  read.arguments_json = row.unsealed(16, place(scope, kAuditedArguments, read.id));
  read.result_json = row.unsealed(17, place(scope, kAuditedResult, read.id));
  return read;
}

// Newest first, of one tool.
ToolHealth health_of(const std::vector<ToolAuditRow>& calls) {
  ToolHealth health;
  std::vector<std::int64_t> latencies;
  bool succeeded = false;
  for (const auto& call : calls) {
    const bool failed = call.status != "success";
    if (!failed) succeeded = true;
    if (failed && !succeeded) ++health.fail_count;
    health.failures += failed ? 1 : 0;
    latencies.push_back(call.latency_us);
    health.mean_us += call.latency_us;
  }
  std::sort(latencies.begin(), latencies.end());
  health.calls = static_cast<std::int64_t>(calls.size());
  health.mean_us /= health.calls;
  health.p95_us = latencies[(latencies.size() * 95 + 99) / 100 - 1];
  health.last_status = calls.front().status;
  health.last_called_us = calls.front().created_us;
  return health;
}

}  // namespace

std::string_view audit_status(std::string_view error_code) {
  if (error_code.empty()) return "success";
  if (error_code == "tool_timeout") return "timeout";
  if (error_code == "outcome_unknown") return "unknown";
  for (const std::string_view denied :
       {"approval_required", "approval_denied", "approval_expired", "approval_void", "tool_blocked", "safety_blocked",
        "unknown_tool", "tool_not_allowed", "tool_output_denied", "denied"}) {
    if (error_code == denied) return "denied";
  }
  return "failed";
}

void ToolAudit::add(const Scope& scope, const ToolAuditRow& row) {
  const auto arguments = base::cut_utf8(row.arguments_json, kMaxAuditedBytes);
  const auto result = base::cut_utf8(row.result_json, kMaxAuditedBytes);
  session_.send(
      scope,
      "INSERT INTO tool_audit (env_id, id, run_id, thread_id, agent_id, user_id, source, instance, tool, model_name, "
      "effect, status, error_code, latency_us, trace_id, replay_of, arguments, result, created_us) VALUES ($1, $2, $3, "
      "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT DO NOTHING",
      {scope.environment_id, row.id, row.run_id, row.thread_id, row.agent_id, row.user_id, row.source, row.instance,
       row.tool, row.model_name, row.effect, row.status, row.error_code, row.latency_us, row.trace_id, row.replay_of,
       Sealed{arguments, place(scope, kAuditedArguments, row.id)}, Sealed{result, place(scope, kAuditedResult, row.id)},
       row.created_us});
}

std::optional<ToolAuditRow> ToolAudit::find(const Scope& scope, const std::string& id) {
  static const std::string sql = std::string("SELECT ") + kAuditColumns + " AND id = $2";
  return first_row<ToolAuditRow>(session_, scope, sql, {scope.environment_id, id},
                                 [&](const Row& row) { return audit_row(scope, row, true); });
}

std::vector<ToolAuditRow> ToolAudit::list(const Scope& scope, const ToolAuditFilter& filter, bool with_texts) {
  static const std::string begin = std::string("SELECT ") + kAuditColumns + kAuditMatches;
  static const std::string end = " ORDER BY created_us DESC, id DESC LIMIT $9 OFFSET $10";
  static const std::string of_any = begin + kOfAnyRun + end;
  static const std::string of_run = begin + kOfRun + end;
  return all_rows<ToolAuditRow>(session_, scope, filter.run_id.empty() ? of_any : of_run,
                                {scope.environment_id, filter.since_us, filter.thread_id, filter.agent_id, filter.tool,
                                 filter.status, filter.instance, filter.run_id, filter.limit, filter.offset},
                                [&](const Row& row) { return audit_row(scope, row, with_texts); });
}

std::vector<ToolAuditRow> ToolAudit::agents_calls(const Scope& scope, const std::string& agent_id,
                                                  std::int64_t since_us, const AuditPlace& end, std::int64_t limit) {
  static const std::string sql =
      std::string("SELECT ") + kAuditColumns +
      " AND created_us >= $2 AND created_us <= $3 AND (created_us < $3 OR id < $4) AND source = 'agent_turn' "
      "AND ($5 = '' OR agent_id = $5) ORDER BY created_us DESC, id DESC LIMIT $6";
  return all_rows<ToolAuditRow>(session_, scope, sql,
                                {scope.environment_id, since_us, end.created_us, end.id, agent_id, limit},
                                [&](const Row& row) { return audit_row(scope, row, true); });
}

std::int64_t ToolAudit::count(const Scope& scope, const ToolAuditFilter& filter) {
  static const std::string begin = std::string("SELECT COUNT(*) FROM tool_audit WHERE env_id = $1") + kAuditMatches;
  static const std::string of_any = begin + kOfAnyRun;
  static const std::string of_run = begin + kOfRun;
  return first_row<std::int64_t>(session_, scope, filter.run_id.empty() ? of_any : of_run,
                                 {scope.environment_id, filter.since_us, filter.thread_id, filter.agent_id, filter.tool,
                                  filter.status, filter.instance, filter.run_id},
                                 [](const Row& row) { return row.integer(0); })
      .value_or(0);
}

std::vector<std::pair<std::string, ToolHealth>> ToolAudit::health(const Scope& scope, std::int64_t since_us,
                                                                  std::int64_t limit) {
  ToolAuditFilter filter;
  filter.since_us = since_us;
  filter.limit = limit;
  return health(scope, filter);
}

std::vector<std::pair<std::string, ToolHealth>> ToolAudit::health(const Scope& scope, const ToolAuditFilter& filter) {
  std::map<std::string, std::vector<ToolAuditRow>> calls;
  for (auto& row : list(scope, filter, false)) calls[row.model_name].push_back(std::move(row));
  std::vector<std::pair<std::string, ToolHealth>> all;
  for (const auto& [name, of_tool] : calls) all.emplace_back(name, health_of(of_tool));
  return all;
}

}  // namespace platos::store
