// What calls of skills' tools used, for the books.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/tool.hpp"
#include "model/tool_costs.hpp"
#include "store/skill_usage.hpp"
#include "store/tool_audit.hpp"

namespace platos::tools {

/// Of a call that gave a result: what the skill says of it, which is taken out of the result, else the estimate.
/// Nullopt: the tool is of no skill, and its result stays as it is. `prices`: null: there are no estimates.
std::optional<model::ToolUsage> take_skill_usage(const model::ToolPrices* prices, const model::Tool& tool,
                                                 std::string_view arguments_json, std::string& result_json);

/// `usage`: nullopt when it failed, which costs nothing.
store::SkillUsageRow skill_usage_of(const store::ToolAuditRow& audited, const model::Tool& tool,
                                    const std::optional<model::ToolUsage>& usage);

}  // namespace platos::tools
