#include "store/skill_usage.hpp"

#include "base/clock.hpp"
#include "store/rows.hpp"

// PostgreSQL adds BIGINTs up to a NUMERIC, which rows do not read.
#define PLATOS_SKILL_SUMS                                                                                     \
  "COUNT(*), CAST(COALESCE(SUM(failed), 0) AS BIGINT), CAST(COALESCE(SUM(input_units), 0) AS BIGINT), "       \
  "CAST(COALESCE(SUM(output_units), 0) AS BIGINT), CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT), "        \
  "CAST(COALESCE(SUM(latency_us), 0) AS BIGINT) FROM skill_usage WHERE env_id = $1 AND created_us >= $2 AND " \
  "created_us < $3 GROUP BY 1 "

namespace platos::store {
namespace {

constexpr std::int64_t kUsageDayUs = 86'400'000'000;
constexpr std::size_t kDayCharacters = 10;

// Statements are literals: one for each way to group.
std::string_view skill_sums_sql(SkillUsage::By by) {
  switch (by) {
    case SkillUsage::By::Tool: return "SELECT skill || '/' || tool, " PLATOS_SKILL_SUMS "ORDER BY 6 DESC, 1 LIMIT $4";
    case SkillUsage::By::Agent: return "SELECT agent_id, " PLATOS_SKILL_SUMS "ORDER BY 6 DESC, 1 LIMIT $4";
    case SkillUsage::By::Provider: return "SELECT provider, " PLATOS_SKILL_SUMS "ORDER BY 6 DESC, 1 LIMIT $4";
    case SkillUsage::By::Day: return "SELECT created_us / 86400000000, " PLATOS_SKILL_SUMS "ORDER BY 1 LIMIT $4";
    default: return "SELECT skill, " PLATOS_SKILL_SUMS "ORDER BY 6 DESC, 1 LIMIT $4";
  }
}

}  // namespace

void SkillUsage::add(const model::Scope& scope, const SkillUsageRow& row) {
  session_.send(scope,
                "INSERT INTO skill_usage (env_id, id, run_id, thread_id, agent_id, user_id, skill, tool, provider, "
                "failed, input_units, output_units, cost_micro_usd, latency_us, created_us) VALUES ($1, $2, $3, $4, "
                "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
                {scope.environment_id, row.id, row.run_id, row.thread_id, row.agent_id, row.user_id, row.skill,
                 row.tool, row.usage.provider, static_cast<std::int64_t>(row.failed), row.usage.input_units,
                 row.usage.output_units, row.usage.cost_micro_usd, row.latency_us, row.created_us});
}

std::vector<SkillUsageSum> SkillUsage::sums(const model::Scope& scope, By by, std::int64_t from_us, std::int64_t to_us,
                                            std::int64_t limit) {
  return all_rows<SkillUsageSum>(
      session_, scope, skill_sums_sql(by), {scope.environment_id, from_us, to_us, limit}, [by](const Row& row) {
        SkillUsageSum sum;
        sum.key =
            by == By::Day ? base::format_iso8601(row.integer(0) * kUsageDayUs).substr(0, kDayCharacters) : row.text(0);
        sum.calls = row.integer(1);
        sum.failures = row.integer(2);
        sum.input_units = row.integer(3);
        sum.output_units = row.integer(4);
        sum.cost_micro_usd = row.integer(5);
        sum.latency_us = row.integer(6);
        return sum;
      });
}

}  // namespace platos::store
