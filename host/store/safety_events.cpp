#include "store/safety_events.hpp"

namespace platos::store {
namespace {
constexpr std::string_view kDetail = "safety_events.detail";
constexpr std::string_view kMeta = "safety_events.meta";
constexpr const char* kMatches =
    "env_id = $1 AND created_us >= $2 AND ($3 = '' OR detector = $3) AND ($4 = '' OR action = $4) "
    "AND ($5 = '' OR thread_id = $5) AND ($6 = '' OR agent_id = $6) AND ($7 = '' OR user_id = $7) "
    "AND ($8 = '' OR severity = $8)";
}  // namespace

void SafetyEvents::insert(const model::Scope& scope, const SafetyEventRow& row) {
  session_.send(
      scope,
      "INSERT INTO safety_events (id, env_id, agent_id, thread_id, run_id, user_id, detector, action, severity, "
      "detail, "
      "meta, tool_name, tool_call_id, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
      "ON CONFLICT DO NOTHING",
      {row.id, scope.environment_id, row.agent_id, row.thread_id, row.run_id, row.user_id, row.detector, row.action,
       row.severity, Sealed{row.detail, place(scope, kDetail, row.id)},
       Sealed{row.meta_json, place(scope, kMeta, row.id)}, row.tool_name, row.tool_call_id, row.created_us});
}

std::vector<SafetyEventRow> SafetyEvents::list(const model::Scope& scope, const SafetyEventFilter& filter) {
  static const std::string sql =
      std::string(
          "SELECT id, agent_id, thread_id, run_id, user_id, detector, action, severity, detail, meta, tool_name, "
          "tool_call_id, created_us FROM safety_events WHERE ") +
      kMatches + " ORDER BY created_us DESC, id DESC LIMIT $9 OFFSET $10";
  std::vector<SafetyEventRow> rows;
  session_.query(scope, sql,
                 {scope.environment_id, filter.since_us, filter.detector, filter.action, filter.thread_id,
                  filter.agent_id, filter.user_id, filter.severity, filter.limit, filter.offset},
                 [&](const Row& row) {
                   rows.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5),
                                   row.text(6), row.text(7), row.unsealed(8, place(scope, kDetail, row.text(0))),
                                   row.unsealed(9, place(scope, kMeta, row.text(0))), row.text(10), row.text(11),
                                   row.integer(12)});
                   return true;
                 });
  return rows;
}

std::int64_t SafetyEvents::count(const model::Scope& scope, const SafetyEventFilter& filter) {
  static const std::string sql = std::string("SELECT COUNT(*) FROM safety_events WHERE ") + kMatches;
  std::int64_t total = 0;
  session_.query(scope, sql,
                 {scope.environment_id, filter.since_us, filter.detector, filter.action, filter.thread_id,
                  filter.agent_id, filter.user_id, filter.severity},
                 [&](const Row& row) {
                   total = row.integer(0);
                   return false;
                 });
  return total;
}

}  // namespace platos::store
