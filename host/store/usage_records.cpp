#include "store/usage_records.hpp"

namespace platos::store {
namespace {
Param known(std::int64_t count) { return count >= 0 ? Param(count) : Param(nullptr); }
}  // namespace

void UsageRecords::insert(const model::Scope& scope, const UsageRow& row) {
  const model::Usage& used = row.usage;
  session_.send(
      scope,
      "INSERT INTO usage_records (env_id, run_id, purpose, model, agent_id, user_id, input_tokens, output_tokens, "
      "cached_tokens, cache_write_tokens, reasoning_tokens, cost_micro_usd, created_us) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
      {scope.environment_id, row.run_id, row.purpose, row.model, row.agent_id, row.user_id, known(used.input_tokens),
       known(used.output_tokens), known(used.cached_tokens), known(used.cache_write_tokens),
       known(used.reasoning_tokens), known(used.cost_micro_usd), row.created_us});
}

}  // namespace platos::store
