// The effect ledger: one row per run and tool call, from "started" to its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "model/tool.hpp"
#include "store/session.hpp"

namespace platos::store {

struct LedgerRow {
  std::string run_id;
  std::string call_id;
  std::string instance;
  std::string tool;
  model::Effect effect = model::Effect::Once;
  std::string idempotency_key;    ///< "<run>:<call>"; of a repeated call: the former one's
  std::string state = "started";  ///< started, succeeded, failed, unknown
  std::int64_t started_us = 0;
  std::int64_t settled_us = 0;  ///< read by find() and unknown() only, as the next
  std::string settled_by;       ///< who said what became of it; empty: the run itself
};

/// A view on a session; made where it is used. Throws SqlError.
class ToolCalls {
 public:
  explicit ToolCalls(Session& session) : session_(session) {}

  /// A call that is started again after a crash keeps its row.
  void start(const model::Scope& scope, const LedgerRow& row);
  /// The result itself stands in the journal and in the audit.
  void settle(const model::Scope& scope, const std::string& run_id, const std::string& call_id,
              const std::string& state, std::int64_t now_us);
  /// Of the unknown ones that had this key.
  void settle_unknown_of(const model::Scope& scope, const std::string& run_id, const std::string& idempotency_key,
                         const std::string& state, std::int64_t now_us);
  /// All rows of a run, in the order they were started.
  std::vector<LedgerRow> of_run(const model::Scope& scope, const std::string& run_id);
  std::optional<LedgerRow> find(const model::Scope& scope, const std::string& run_id, const std::string& call_id);
  /// Calls whose outcome nobody knows yet, newest first; of all runs when `run_id` is empty.
  std::vector<LedgerRow> unknown(const model::Scope& scope, const std::string& run_id, std::int64_t limit);
  /// A person says what became of an unknown one, and with what result. False when it is not unknown (any more).
  bool settle_unknown(const model::Scope& scope, const LedgerRow& row, const std::string& result_json);

 private:
  Session& session_;
};

/// Idempotency keys of submitting routes.
struct IdempotencyRow {
  std::string user_id;
  std::string route;
  std::string key;
  std::string body_hash;  ///< as find() gives it: empty when the key was used with another body
  std::string run_id;
  std::int64_t expires_us = 0;
};

/// A view on a session; made where it is used. Throws SqlError.
class IdempotencyKeys {
 public:
  explicit IdempotencyKeys(Session& session) : session_(session) {}

  /// The row of a key that has not expired.
  std::optional<IdempotencyRow> find(const model::Scope& scope, const IdempotencyRow& wanted, std::int64_t now_us);
  /// Takes the key; an expired row is replaced.
  void insert(const model::Scope& scope, const IdempotencyRow& row);

 private:
  Session& session_;
};

}  // namespace platos::store
