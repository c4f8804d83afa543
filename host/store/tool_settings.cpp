#include "store/tool_settings.hpp"

#include "store/rows.hpp"

namespace platos::store {
namespace {

using model::Scope;
using model::ToolSetting;

model::Permission permission_of(const std::string& text) {
  if (text.empty()) return model::Permission::Unspecified;
  // Anything unknown is the safe reading.
  return model::permission_from_text(text).value_or(model::Permission::Block);
}

ToolSetting setting_of(const Row& row) {
  ToolSetting setting;
  setting.tool = row.text(0);
  setting.enabled = row.integer(1) != 0;
  setting.permission = permission_of(row.text(2));
  if (const auto effect = row.text(3); !effect.empty()) setting.effect = model::effect_from_text(effect);
  setting.timeout_ms = row.integer(4);
  setting.updated_by = row.text(5);
  setting.updated_us = row.integer(6);
  return setting;
}

}  // namespace

model::ToolRules ToolSettings::all(const Scope& scope) {
  model::ToolRules rules;
  for (auto& each : all_rows<ToolSetting>(session_, scope,
                                          "SELECT tool, enabled, permission, effect, timeout_ms, updated_by, "
                                          "updated_us FROM tool_settings WHERE env_id = $1",
                                          {scope.environment_id}, setting_of)) {
    std::string tool = each.tool;
    rules.settings.emplace(std::move(tool), std::move(each));
  }
  rules.rules = all_rows<model::ToolRule>(
      session_, scope, "SELECT pattern, permission FROM tool_rules WHERE env_id = $1 ORDER BY number",
      {scope.environment_id}, [](const Row& row) {
        return model::ToolRule{row.text(0), permission_of(row.text(1))};
      });
  return rules;
}

std::optional<ToolSetting> ToolSettings::find(const Scope& scope, const std::string& tool) {
  return first_row<ToolSetting>(session_, scope,
                                "SELECT tool, enabled, permission, effect, timeout_ms, updated_by, updated_us FROM "
                                "tool_settings WHERE env_id = $1 AND tool = $2",
                                {scope.environment_id, tool}, setting_of);
}

std::int64_t ToolSettings::count(const Scope& scope) {
  return first_row<std::int64_t>(session_, scope, "SELECT COUNT(*) FROM tool_settings WHERE env_id = $1",
                                 {scope.environment_id}, [](const Row& row) { return row.integer(0); })
      .value_or(0);
}

void ToolSettings::put(const Scope& scope, const ToolSetting& setting) {
  const std::string_view effect =
      setting.effect == model::Effect::Unspecified ? std::string_view() : model::to_text(setting.effect);
  session_.execute(
      scope,
      "INSERT INTO tool_settings (env_id, tool, enabled, permission, effect, timeout_ms, updated_by, updated_us) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (env_id, tool) DO UPDATE SET enabled = excluded.enabled, "
      "permission = excluded.permission, effect = excluded.effect, timeout_ms = excluded.timeout_ms, updated_by = "
      "excluded.updated_by, updated_us = excluded.updated_us",
      {scope.environment_id, setting.tool, setting.enabled ? std::int64_t{1} : std::int64_t{0},
       model::to_text(setting.permission), effect, setting.timeout_ms, setting.updated_by, setting.updated_us});
}

bool ToolSettings::remove(const Scope& scope, const std::string& tool) {
  return session_.execute(scope, "DELETE FROM tool_settings WHERE env_id = $1 AND tool = $2",
                          {scope.environment_id, tool}) > 0;
}

void ToolSettings::put_rules(const Scope& scope, const std::vector<model::ToolRule>& rules) {
  session_.execute(scope, "DELETE FROM tool_rules WHERE env_id = $1", {scope.environment_id});
  std::int64_t number = 0;
  for (const auto& rule : rules) {
    session_.send(scope, "INSERT INTO tool_rules (env_id, number, pattern, permission) VALUES ($1, $2, $3, $4)",
                  {scope.environment_id, ++number, rule.pattern, model::to_text(rule.permission)});
  }
}

}  // namespace platos::store
