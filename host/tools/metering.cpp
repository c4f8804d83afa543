#include "tools/metering.hpp"

namespace platos::tools {

std::optional<model::ToolUsage> take_skill_usage(const model::ToolPrices* prices, const model::Tool& tool,
                                                 std::string_view arguments_json, std::string& result_json) {
  if (model::skill_of(tool).empty()) return std::nullopt;
  model::ToolUsage estimated;
  if (prices != nullptr) estimated.cost_micro_usd = prices->estimate(tool, arguments_json);
  return model::take_usage(result_json, estimated.cost_micro_usd).value_or(estimated);
}

store::SkillUsageRow skill_usage_of(const store::ToolAuditRow& audited, const model::Tool& tool,
                                    const std::optional<model::ToolUsage>& usage) {
  store::SkillUsageRow row;
  row.id = audited.id;
  row.run_id = audited.run_id;
  row.thread_id = audited.thread_id;
  row.agent_id = audited.agent_id;
  row.user_id = audited.user_id;
  row.skill = model::skill_of(tool);
  row.tool = tool.name;
  row.failed = !audited.error_code.empty();
  row.usage = usage.value_or(model::ToolUsage());
  row.latency_us = audited.latency_us;
  row.created_us = audited.created_us;
  return row;
}

}  // namespace platos::tools
