#include "tools/administration.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "store/agents.hpp"
#include "store/tool_settings.hpp"
#include "tenancy/audit.hpp"

namespace platos::tools {
namespace {

constexpr std::int64_t kMaxAgentsAsked = 500;
constexpr std::int64_t kMatrixAgents = 50;
constexpr std::int64_t kMaxSettings = 5000;
constexpr std::int64_t kMaxTimeoutMs = 600'000;
constexpr std::size_t kNamedCalls = 5;

Error agent_is_missing(std::string_view agent) {
  return {
      ErrorKind::NotFound, "agent_not_found", "there is no agent \"" + base::printable(agent, 80) + "\"", false, 0, {}};
}

Task<Result<std::vector<model::Agent>>> agents_of(store::Database& database, base::Loop& loop, model::Scope scope,
                                                  std::int64_t limit) {
  const auto read = database.read(loop, [scope, limit](store::Session& session) -> Result<std::vector<model::Agent>> {
    return store::Agents(session).list(scope, limit, 0);
  });
  co_return co_await read;
}

void apply_patch(model::ToolSetting& setting, const SettingPatch& patch) {
  if (patch.enabled) setting.enabled = *patch.enabled;
  if (patch.permission) setting.permission = *patch.permission;
  if (patch.effect) setting.effect = *patch.effect;
  if (patch.timeout_ms) setting.timeout_ms = *patch.timeout_ms;
}

bool says_nothing(const model::ToolSetting& setting) {
  return setting.enabled && setting.permission == model::Permission::Unspecified &&
         setting.effect == model::Effect::Unspecified && setting.timeout_ms == 0;
}

model::Json detail_of(const model::ToolSetting& setting) {
  return {{"enabled", setting.enabled},
          {"permission", model::to_text(setting.permission)},
          {"effect", setting.effect == model::Effect::Unspecified ? "" : model::to_text(setting.effect)},
          {"timeoutMs", setting.timeout_ms}};
}

}  // namespace

bool is_named(const ListedTool& each, std::string_view name) {
  return each.tool->model_name == name || each.tool->instance + "/" + each.tool->name == name;
}

Error tool_not_found(std::string_view tool) {
  return {ErrorKind::NotFound,
          "tool_not_found",
          "there is no tool \"" + base::printable(tool, 80) + "\" in this environment",
          false,
          0,
          {}};
}

Task<Result<model::AgentConfig>> Administration::environment_config(base::Loop& loop, model::Scope scope) {
  const auto agents = co_await agents_of(database_, loop, std::move(scope), kMaxAgentsAsked);
  if (!agents) co_return fail(agents.error());
  std::set<std::string> skills;
  std::set<std::string> packages;
  for (const auto& agent : *agents) {
    skills.insert(agent.config.skills.begin(), agent.config.skills.end());
    packages.insert(agent.config.installed_skills.begin(), agent.config.installed_skills.end());
  }
  model::AgentConfig config;
  config.installed_skills.assign(packages.begin(), packages.end());
  for (const auto& skill : skills) {
    if (plugins_.skill(skill)) config.skills.push_back(skill);
  }
  co_return config;
}

Task<Result<std::vector<ListedTool>>> Administration::list(base::Loop& loop, model::Scope scope) {
  auto config = co_await environment_config(loop, scope);
  if (!config) co_return fail(config.error());
  co_return co_await catalogue_.all_of(loop, std::move(scope), std::move(*config));
}

Task<Result<ListedTool>> Administration::find(base::Loop& loop, model::Scope scope, std::string tool) {
  auto all = co_await list(loop, std::move(scope));
  if (!all) co_return fail(all.error());
  const auto found =
      std::find_if(all->begin(), all->end(), [&](const ListedTool& each) { return is_named(each, tool); });
  if (found == all->end()) co_return fail(tool_not_found(tool));
  co_return std::move(*found);
}

Task<Result<model::Agent>> Administration::agent(base::Loop& loop, model::Scope scope, std::string id_or_slug) {
  const auto read = database_.read(loop, [scope, id_or_slug](store::Session& session) -> Result<model::Agent> {
    store::Agents agents(session);
    const auto head = agents.find_head(scope, id_or_slug);
    auto found = head ? agents.find(scope, head->id) : std::nullopt;
    if (!found) return fail(agent_is_missing(id_or_slug));
    return std::move(*found);
  });
  co_return co_await read;
}

Task<Result<std::vector<ListedTool>>> Administration::list_of_agent(base::Loop& loop, model::Scope scope,
                                                                    std::string agent) {
  auto found = co_await this->agent(loop, scope, std::move(agent));
  if (!found) co_return fail(found.error());
  co_return co_await catalogue_.all_of(loop, std::move(scope), std::move(found->config));
}

Task<Result<std::vector<AgentTools>>> Administration::matrix(base::Loop& loop, model::Scope scope) {
  const auto agents = co_await agents_of(database_, loop, scope, kMatrixAgents);
  if (!agents) co_return fail(agents.error());
  std::vector<AgentTools> columns;
  for (const auto& agent : *agents) {
    AgentTools column;
    column.agent_id = agent.id;
    column.slug = agent.slug;
    const auto tools = co_await catalogue_.all_of(loop, scope, agent.config);
    if (!tools) column.problem = tools.error().message;
    if (tools) {
      for (const auto& each : *tools) column.permissions.emplace(each.tool->model_name, each.verdict);
    }
    columns.push_back(std::move(column));
  }
  co_return columns;
}

Task<Result<ListedTool>> Administration::change(base::Loop& loop, model::Principal who, std::string tool,
                                                SettingPatch patch) {
  if (patch.timeout_ms && (*patch.timeout_ms < 0 || *patch.timeout_ms > kMaxTimeoutMs)) {
    co_return fail(model::invalid_field("timeoutMs", "0 to 600000", std::to_string(*patch.timeout_ms)));
  }
  const auto found = co_await find(loop, who.scope, tool);
  if (!found) co_return fail(found.error());
  const std::string name = found->tool->model_name;
  const std::int64_t now_us = loop.clock().wall_us();
  auto work = [this, who, name, patch, now_us](store::Session& session) -> Result<void> {
    store::ToolSettings settings(session);
    auto setting = settings.find(who.scope, name);
    if (!setting && settings.count(who.scope) >= kMaxSettings) {
      return fail(ErrorKind::ResourceExhausted, "too_many_settings",
                  "5000 tools of this environment have settings; use rules for many tools at once");
    }
    if (!setting) {
      setting.emplace();
      setting->tool = name;
    }
    apply_patch(*setting, patch);
    setting->updated_by = who.user_id.empty() ? who.actor : who.user_id;
    setting->updated_us = now_us;
    if (says_nothing(*setting)) {
      settings.remove(who.scope, name);
    } else {
      settings.put(who.scope, *setting);
    }
    tenancy::write_audit(session, ids_, who, "tool.set", name, detail_of(*setting), now_us);
    return {};
  };
  const auto written = co_await rules_.change(loop, who.scope, std::move(work));
  if (!written) co_return fail(written.error());
  co_return co_await find(loop, who.scope, name);
}

Task<Result<std::vector<model::ToolRule>>> Administration::rules(base::Loop& loop, model::Scope scope) {
  const auto known = co_await rules_.of(loop, std::move(scope));
  if (!known) co_return fail(known.error());
  co_return (*known)->rules;
}

Task<Result<void>> Administration::set_rules(base::Loop& loop, model::Principal who,
                                             std::vector<model::ToolRule> rules) {
  const std::int64_t now_us = loop.clock().wall_us();
  auto work = [this, who, rules, now_us](store::Session& session) -> Result<void> {
    store::ToolSettings(session).put_rules(who.scope, rules);
    tenancy::write_audit(session, ids_, who, "tool.rules", who.scope.environment_id, {{"rules", model::to_json(rules)}},
                         now_us);
    return {};
  };
  co_return co_await rules_.change(loop, who.scope, std::move(work));
}

Task<Result<DryRun>> Administration::dry_run(base::Loop& loop, model::Scope scope, std::vector<model::ToolRule> rules,
                                             std::int64_t since_us, std::int64_t limit) {
  const auto tools = co_await list(loop, scope);
  if (!tools) co_return fail(tools.error());
  const auto known = co_await rules_.of(loop, scope);
  if (!known) co_return fail(known.error());
  store::ToolAuditFilter filter;
  filter.since_us = since_us;
  filter.limit = limit;
  const auto read =
      database_.read(loop, [scope, filter](store::Session& session) -> Result<std::vector<store::ToolAuditRow>> {
        return store::ToolAudit(session).list(scope, filter, false);
      });
  const auto calls = co_await read;
  if (!calls) co_return fail(calls.error());
  model::ToolRules proposed = **known;
  proposed.rules = std::move(rules);
  std::map<std::string, RuleChange> by_tool;
  for (const auto& each : *tools) {
    RuleChange change{each.tool->model_name, 0, each.verdict.permission, {}, {}};
    model::Tool bare = *each.tool;
    bare.requires_approval = each.asks_approval;
    change.proposed = model::judge(bare, proposed, {}).permission;
    by_tool.emplace(each.tool->model_name, std::move(change));
  }
  DryRun run;
  for (const auto& call : *calls) {
    ++run.considered;
    const auto found = by_tool.find(call.model_name);
    if (found == by_tool.end()) {
      ++run.unknown;
      continue;
    }
    ++found->second.calls;
    if (found->second.call_ids.size() < kNamedCalls) found->second.call_ids.push_back(call.id);
  }
  for (auto& [name, change] : by_tool) {
    if (change.calls > 0 && change.now != change.proposed) run.changes.push_back(std::move(change));
  }
  co_return run;
}

Task<Result<std::vector<store::LedgerRow>>> Administration::unknown_outcomes(base::Loop& loop, model::Scope scope,
                                                                             std::string run_id, std::int64_t limit) {
  const auto read =
      database_.read(loop, [scope, run_id, limit](store::Session& session) -> Result<std::vector<store::LedgerRow>> {
        return store::ToolCalls(session).unknown(scope, run_id, limit);
      });
  co_return co_await read;
}

Task<Result<store::LedgerRow>> Administration::settle(base::Loop& loop, model::Principal who, std::string run_id,
                                                      std::string call_id, bool succeeded, std::string result_json) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(
      loop,
      [this, who, run_id, call_id, succeeded, result_json,
       now_us](store::Session& session) -> Result<store::LedgerRow> {
        store::ToolCalls calls(session);
        auto row = calls.find(who.scope, run_id, call_id);
        if (!row) {
          return fail(ErrorKind::NotFound, "tool_call_not_found",
                      "run " + base::printable(run_id, 40) + " has no tool call " + base::printable(call_id, 40));
        }
        const std::string was = row->state;
        row->state = succeeded ? "succeeded" : "failed";
        row->settled_us = now_us;
        row->settled_by = who.user_id.empty() ? who.actor : who.user_id;
        if (!calls.settle_unknown(who.scope, *row, result_json)) {
          return fail(ErrorKind::Conflict, "outcome_known",
                      "the call is \"" + was + "\"; only one whose outcome is unknown can be settled");
        }
        tenancy::write_audit(session, ids_, who, "tool_call.settle", run_id + "/" + call_id,
                             {{"outcome", row->state}, {"tool", row->instance + "/" + row->tool}}, now_us);
        return std::move(*row);
      });
  co_return co_await write;
}

}  // namespace platos::tools
