#include "store/tool_calls.hpp"

#include "store/rows.hpp"

namespace platos::store {

using model::Scope;

namespace {

LedgerRow ledger_row(const Row& row) {
  LedgerRow read;
  read.run_id = row.text(0);
  read.call_id = row.text(1);
  read.instance = row.text(2);
  read.tool = row.text(3);
  read.effect = model::effect_from_text(row.text(4));
  read.idempotency_key = row.text(5);
  read.state = row.text(6);
  read.started_us = row.integer(7);
  return read;
}

LedgerRow settled_row(const Row& row) {
  LedgerRow read = ledger_row(row);
  read.settled_us = row.integer(8);
  read.settled_by = row.text(9);
  return read;
}

// With a key: bodies are texts of users, and short ones could be guessed by a plain hash.
std::string stored_hash(Session& session, const Scope& scope, const IdempotencyRow& row) {
  return session.hash_words(scope, "idempotency_keys.body_hash", {row.body_hash}).front();
}

}  // namespace

void ToolCalls::start(const Scope& scope, const LedgerRow& row) {
  session_.send(
      scope,
      "INSERT INTO tool_calls (env_id, run_id, call_id, instance, tool, effect, idempotency_key, state, started_us) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
      {scope.environment_id, row.run_id, row.call_id, row.instance, row.tool, model::to_text(row.effect),
       row.idempotency_key, row.state, row.started_us});
}

void ToolCalls::settle(const Scope& scope, const std::string& run_id, const std::string& call_id,
                       const std::string& state, std::int64_t now_us) {
  session_.send(scope,
                "UPDATE tool_calls SET state = $1, settled_us = $2 WHERE env_id = $3 AND run_id = $4 AND call_id = $5",
                {state, now_us, scope.environment_id, run_id, call_id});
}

void ToolCalls::settle_unknown_of(const Scope& scope, const std::string& run_id, const std::string& idempotency_key,
                                  const std::string& state, std::int64_t now_us) {
  session_.send(scope,
                "UPDATE tool_calls SET state = $1, settled_us = $2 WHERE env_id = $3 AND run_id = $4 AND "
                "idempotency_key = $5 AND state = 'unknown'",
                {state, now_us, scope.environment_id, run_id, idempotency_key});
}

std::vector<LedgerRow> ToolCalls::of_run(const Scope& scope, const std::string& run_id) {
  std::vector<LedgerRow> rows;
  session_.query(scope,
                 "SELECT run_id, call_id, instance, tool, effect, idempotency_key, state, started_us "
                 "FROM tool_calls WHERE env_id = $1 AND run_id = $2 ORDER BY started_us, call_id",
                 {scope.environment_id, run_id}, [&](const Row& row) {
                   rows.push_back(ledger_row(row));
                   return true;
                 });
  return rows;
}

std::optional<LedgerRow> ToolCalls::find(const Scope& scope, const std::string& run_id, const std::string& call_id) {
  return first_row<LedgerRow>(
      session_, scope,
      "SELECT run_id, call_id, instance, tool, effect, idempotency_key, state, started_us, settled_us, "
      "settled_by FROM tool_calls WHERE env_id = $1 AND run_id = $2 AND call_id = $3",
      {scope.environment_id, run_id, call_id}, settled_row);
}

std::vector<LedgerRow> ToolCalls::unknown(const Scope& scope, const std::string& run_id, std::int64_t limit) {
  return all_rows<LedgerRow>(
      session_, scope,
      "SELECT run_id, call_id, instance, tool, effect, idempotency_key, state, started_us, settled_us, "
      "settled_by FROM tool_calls WHERE env_id = $1 AND state = 'unknown' AND ($2 = '' OR run_id = $2) "
      "ORDER BY started_us DESC, call_id LIMIT $3",
      {scope.environment_id, run_id, limit}, settled_row);
}

bool ToolCalls::settle_unknown(const Scope& scope, const LedgerRow& row, const std::string& result_json) {
  const std::string at = row.run_id + "/" + row.call_id;
  return session_.execute(scope,
                          "UPDATE tool_calls SET state = $1, result = $2, settled_us = $3, settled_by = $4 WHERE "
                          "env_id = $5 AND run_id = $6 AND call_id = $7 AND state = 'unknown'",
                          {row.state, Sealed{result_json, place(scope, "tool_calls.result", at)}, row.settled_us,
                           row.settled_by, scope.environment_id, row.run_id, row.call_id}) > 0;
}

std::optional<IdempotencyRow> IdempotencyKeys::find(const Scope& scope, const IdempotencyRow& wanted,
                                                    std::int64_t now_us) {
  const std::string wanted_hash = stored_hash(session_, scope, wanted);
  std::optional<IdempotencyRow> found;
  session_.query(scope,
                 "SELECT body_hash, run_id, expires_us FROM idempotency_keys "
                 "WHERE env_id = $1 AND user_id = $2 AND route = $3 AND idempotency_key = $4 AND expires_us > $5",
                 {scope.environment_id, wanted.user_id, wanted.route, wanted.key, now_us}, [&](const Row& row) {
                   found = wanted;
                   if (row.text(0) != wanted_hash) found->body_hash.clear();
                   found->run_id = row.text(1);
                   found->expires_us = row.integer(2);
                   return false;
                 });
  return found;
}

void IdempotencyKeys::insert(const Scope& scope, const IdempotencyRow& row) {
  session_.send(scope,
                "INSERT INTO idempotency_keys (env_id, user_id, route, idempotency_key, body_hash, run_id, expires_us) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (env_id, user_id, route, idempotency_key) "
                "DO UPDATE SET body_hash = $5, run_id = $6, expires_us = $7",
                {scope.environment_id, row.user_id, row.route, row.key, stored_hash(session_, scope, row), row.run_id,
                 row.expires_us});
}

}  // namespace platos::store
