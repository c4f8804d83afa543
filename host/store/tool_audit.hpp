// The audit of tool calls: who called what, with which arguments, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

struct ToolAuditRow {
  std::string id;  ///< of the call
  std::string run_id;
  std::string thread_id;
  std::string agent_id;
  std::string user_id;
  std::string source = "agent_turn";  ///< agent_turn, skill_invocation, replay, wire_test
  std::string instance;
  std::string tool;        ///< as its source knows it
  std::string model_name;  ///< as models see it
  std::string effect;
  std::string status;  ///< success, failed, timeout, denied, unknown
  std::string error_code;
  std::int64_t latency_us = 0;
  std::string trace_id;        ///< hex; empty: not traced
  std::string replay_of;       ///< id of the call that this one repeats
  std::string arguments_json;  ///< cut to kMaxAuditedBytes
  std::string result_json;     ///< likewise; of a failure its message
  std::int64_t created_us = 0;
};

/// What is longer is cut. A row with cut arguments cannot be replayed.
inline constexpr std::size_t kMaxAuditedBytes = 64 * 1024;

/// How an outcome is called in the audit, by its error code: "" is success.
std::string_view audit_status(std::string_view error_code);

/// Empty texts: any.
struct ToolAuditFilter {
  std::string thread_id;
  std::string agent_id;
  std::string tool;  ///< model name, or the source's own
  std::string status;
  std::string instance;
  std::string run_id;
  std::int64_t since_us = 0;
  std::int64_t limit = 50;
  std::int64_t offset = 0;
};

/// Where a page of the audit ends and the next begins.
struct AuditPlace {
  std::int64_t created_us = INT64_MAX;
  std::string id;
};

/// How often a tool was called, and how it went.
struct ToolHealth {
  std::string last_status;      ///< empty: it was never called
  std::int64_t fail_count = 0;  ///< failures since the last success
  std::int64_t calls = 0;
  std::int64_t failures = 0;
  std::int64_t mean_us = 0;
  std::int64_t p95_us = 0;
  std::int64_t last_called_us = 0;
};

/// A view on a session; made where it is used. Throws SqlError. Arguments and results are sealed.
class ToolAudit {
 public:
  explicit ToolAudit(Session& session) : session_(session) {}

  /// A row whose id is there already is left as it is: a step was done again. Usable inside a run's store closure.
  void add(const model::Scope& scope, const ToolAuditRow& row);
  std::optional<ToolAuditRow> find(const model::Scope& scope, const std::string& id);
  /// Newest first. Arguments and results are left out unless `with_texts`.
  std::vector<ToolAuditRow> list(const model::Scope& scope, const ToolAuditFilter& filter, bool with_texts);
  /// Calls that agents made, with their texts, newest first: those since then that come before `end` in time.
  /// `agent_id`: of this one; empty: of all.
  std::vector<ToolAuditRow> agents_calls(const model::Scope& scope, const std::string& agent_id, std::int64_t since_us,
                                         const AuditPlace& end, std::int64_t limit);
  std::int64_t count(const model::Scope& scope, const ToolAuditFilter& filter);
  /// Of the newest `limit` calls since then, by model name.
  std::vector<std::pair<std::string, ToolHealth>> health(const model::Scope& scope, std::int64_t since_us,
                                                         std::int64_t limit);
  std::vector<std::pair<std::string, ToolHealth>> health(const model::Scope& scope, const ToolAuditFilter& filter);

 private:
  Session& session_;
};

}  // namespace platos::store
