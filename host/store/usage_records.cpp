#include "store/usage_records.hpp"

#include "base/clock.hpp"
#include "store/rows.hpp"

// PostgreSQL adds BIGINTs up to a NUMERIC, which rows do not read.
#define PLATOS_SUMS                                                                                     \
  "COUNT(DISTINCT run_id), CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT), "                            \
  "CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT), CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT), " \
  "SUM(CASE WHEN cost_micro_usd IS NULL THEN 1 ELSE 0 END) FROM "                                       \
  "usage_records WHERE env_id = $1 AND created_us >= $2 AND created_us < $3 GROUP BY 1 "

namespace platos::store {
namespace {
Param known(std::int64_t count) { return count >= 0 ? Param(count) : Param(nullptr); }

constexpr std::size_t kDateCharacters = 10;

// Statements are literals: one for each way to group.
std::string_view sums_sql(UsageRecords::By by) {
  switch (by) {
    case UsageRecords::By::Model: return "SELECT model, " PLATOS_SUMS "ORDER BY 5 DESC, 1 LIMIT $4";
    case UsageRecords::By::User: return "SELECT user_id, " PLATOS_SUMS "ORDER BY 5 DESC, 1 LIMIT $4";
    case UsageRecords::By::Day: return "SELECT created_us / 86400000000, " PLATOS_SUMS "ORDER BY 1 LIMIT $4";
    default: return "SELECT agent_id, " PLATOS_SUMS "ORDER BY 5 DESC, 1 LIMIT $4";
  }
}
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

std::vector<UsageSum> UsageRecords::sums(const model::Scope& scope, By by, std::int64_t from_us, std::int64_t to_us,
                                         std::int64_t limit) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  return all_rows<UsageSum>(
      session_, scope, sums_sql(by), {scope.environment_id, from_us, to_us, limit}, [by](const Row& row) {
        UsageSum sum;
        sum.key =
            by == By::Day ? base::format_iso8601(row.integer(0) * kDayUs).substr(0, kDateCharacters) : row.text(0);
        sum.runs = row.integer(1);
        sum.input_tokens = row.integer(2);
        sum.output_tokens = row.integer(3);
        sum.cost_micro_usd = row.integer(4);
        sum.unknown_costs = row.integer(5);
        return sum;
      });
}

}  // namespace platos::store
