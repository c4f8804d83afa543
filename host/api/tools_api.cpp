// Tools: list, search, count, who may use which, settings and rules.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/entity_states.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/tool_health.hpp"
#include "api/tools_wire.hpp"
#include "api/wire.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::int64_t kToolDayUs = 24LL * 3600 * 1'000'000;
constexpr std::int64_t kDryRunDays = 30;
constexpr std::int64_t kMostDryRunCalls = 20'000;

/// The same list under all the names that clients and servers have for it.
Json under_all_names(Json rows) {
  const std::size_t total = rows.size();
  Json answer = {{"results", rows}, {"rows", rows}, {"total", total}};
  answer["tools"] = std::move(rows);
  return answer;
}

/// `text` as one of the enumeration; an explicit null takes it back.
template <typename T, typename Read>
Result<std::optional<T>> patched(const Json& body, const char* member, const char* expected, Read read) {
  const auto found = body.find(member);
  if (found == body.end()) return std::optional<T>();
  if (found->is_null()) return std::optional<T>(T::Unspecified);
  const auto value = found->is_string() ? read(found->get<std::string>()) : std::optional<T>();
  if (!value) return fail(invalid_field(member, expected, found->is_string() ? model::dump(*found) : kind_of(*found)));
  return std::optional<T>(*value);
}

std::optional<model::Effect> exact_effect(const std::string& text) {
  for (const auto each : {model::Effect::Read, model::Effect::Idempotent, model::Effect::Once}) {
    if (text == model::to_text(each)) return each;
  }
  return std::nullopt;
}

Result<tools::SettingPatch> read_setting(const Json& body) {
  tools::SettingPatch patch;
  const auto enabled = optional_bool(body, "enabled");
  const auto permission =
      patched<Permission>(body, "permission", "\"auto_allow\", \"require_approval\", \"block\" or null",
                          [](const std::string& text) { return permission_from_text(text); });
  const auto effect = patched<Effect>(body, "effect", "\"read\", \"idempotent\", \"once\" or null", &exact_effect);
  const auto timeout = optional_integer(body, "timeoutMs", 0, 600'000);
  if (!enabled) return fail(enabled.error());
  if (!permission) return fail(permission.error());
  if (!effect) return fail(effect.error());
  if (!timeout) return fail(timeout.error());
  patch.enabled = *enabled;
  patch.permission = *permission;
  patch.effect = *effect;
  patch.timeout_ms = *timeout;
  if (const auto found = body.find("timeoutMs"); found != body.end() && found->is_null()) patch.timeout_ms = 0;
  const bool is_empty = !patch.enabled && !patch.permission && !patch.effect && !patch.timeout_ms;
  if (is_empty) return fail(invalid_field("body", "one of enabled, permission, effect, timeoutMs", "none of them"));
  return patch;
}

struct ToolHandlers {
  Services services;
  ApiOptions options;

  static Json row_for(const Call& call, const tools::ListedTool& each) {
    Json row = to_wire(each);
    if (!call.who.may(kRead)) row["because"] = "";
    return row;
  }

  Task<Result<std::vector<tools::ListedTool>>> listed(const Call& call) const {
    const std::string agent = call.who.agent_id.empty() ? call.query_value("agentId") : call.who.agent_id;
    if (!agent.empty()) co_return co_await services.tools.list_of_agent(call.loop(), call.who.scope, agent);
    co_return co_await services.tools.list(call.loop(), call.who.scope);
  }

  Task<Response> list(Call call) const {
    const auto all = co_await listed(call);
    if (!all) co_return error_response(all.error(), call.request.request_id);
    const std::string category = call.query_value("category");
    const std::string source = call.query_value("entity");
    // Who only talks sees what may be used, and not why the rest may not.
    const bool sees_all = call.who.may(kRead);
    Json rows = Json::array();
    for (const auto& each : *all) {
      const bool fits = category.empty() || model::category_of(*each.tool) == category;
      const bool is_seen = sees_all || each.verdict.usable();
      if (fits && is_seen && is_of_source(each, source)) rows.push_back(row_for(call, each));
    }
    co_return json_response(200, under_all_names(std::move(rows)));
  }

  Task<Response> search(Call call) const {
    const std::string query = call.query_value("q");
    const auto limit = query_number(call, "limit", 15, 1, 50);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    if (query.empty() || query.size() > 2000)
      co_return error_response(invalid_field("q", "1 to 2000 bytes", std::to_string(query.size())),
                               call.request.request_id);
    const auto all = co_await listed(call);
    if (!all) co_return error_response(all.error(), call.request.request_id);
    const std::string source = call.query_value("entity");
    std::vector<const tools::ListedTool*> usable;
    std::vector<model::SharedTool> searched;
    for (const auto& each : *all) {
      if (!each.verdict.usable() || !is_of_source(each, source)) continue;
      usable.push_back(&each);
      searched.push_back(each.tool);
    }
    ports::CallContext context;
    context.scope = call.who.scope;
    context.user_id = call.who.user_id;
    context.deadline_us = call.loop().clock().monotonic_us() + 5'000'000;
    const auto answer = co_await services.catalogue.search(call.loop(), std::move(context), std::move(searched), query,
                                                           static_cast<std::size_t>(*limit), base::CancelToken());
    Json rows = Json::array();
    for (const auto& hit : answer.hits) {
      Json row = row_for(call, *usable[hit.position]);
      row["score"] = hit.score;
      row["params"] = tools::argument_names(*usable[hit.position]->tool);
      rows.push_back(std::move(row));
    }
    Json body = under_all_names(std::move(rows));
    body["query"] = query;
    co_return json_response(200, body);
  }

  Task<Response> stats(Call call) const {
    const auto all = co_await listed(call);
    const auto known = co_await health_of_tools(services, call);
    if (!all) co_return error_response(all.error(), call.request.request_id);
    if (!known) co_return error_response(known.error(), call.request.request_id);
    std::map<std::string, std::int64_t> categories;
    std::map<std::string, std::int64_t> sources;
    std::map<std::string, std::int64_t> permissions;
    std::int64_t enabled = 0;
    std::int64_t calls = 0;
    std::int64_t failures = 0;
    for (const auto& each : *all) {
      ++categories[model::category_of(*each.tool)];
      ++sources[each.tool->instance];
      ++permissions[std::string(model::to_text(each.verdict.permission))];
      enabled += each.verdict.enabled ? 1 : 0;
    }
    for (const auto& [name, of_tool] : *known) {
      calls += of_tool.calls;
      failures += of_tool.failures;
    }
    co_return json_response(200, {{"total", all->size()},
                                  {"enabled", enabled},
                                  {"byCategory", categories},
                                  {"byEntity", sources},
                                  {"byPermission", permissions},
                                  {"calls", calls},
                                  {"failures", failures}});
  }

  Task<Response> matrix(Call call) const {
    const auto all = co_await listed(call);
    const auto known = co_await health_of_tools(services, call);
    const auto agents = co_await services.tools.matrix(call.loop(), call.who.scope);
    const auto entities = co_await entities_of_tools(services, call);
    if (!entities) co_return error_response(entities.error(), call.request.request_id);
    if (!all) co_return error_response(all.error(), call.request.request_id);
    if (!known) co_return error_response(known.error(), call.request.request_id);
    if (!agents) co_return error_response(agents.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& each : *all) {
      Json row = to_wire(each);
      const auto found = known->find(each.tool->model_name);
      row["health"] = to_wire(found == known->end() ? store::ToolHealth() : found->second);
      const auto entity = entities->find(each.tool->instance);
      row.update(entity == entities->end() ? Json{{"entityPk", nullptr}, {"callbackUrl", nullptr}} : entity->second);
      row["agents"] = Json::object();
      for (const auto& agent : *agents) {
        const auto verdict = agent.permissions.find(each.tool->model_name);
        if (verdict == agent.permissions.end() || call.who.is_kept_from(agent.agent_id)) continue;
        const bool usable = verdict->second.usable();
        row["agents"][agent.agent_id] = usable ? model::to_text(verdict->second.permission) : "block";
      }
      rows.push_back(std::move(row));
    }
    Json body = under_all_names(std::move(rows));
    body["agents"] = Json::array();
    for (const auto& agent : *agents) {
      if (call.who.is_kept_from(agent.agent_id)) continue;
      body["agents"].push_back({{"id", agent.agent_id},
                                {"slug", agent.slug},
                                {"problem", agent.problem.empty() ? Json() : Json(agent.problem)}});
    }
    co_return json_response(200, body);
  }

  Task<Response> get(Call call) const {
    const std::string name = call.path_value("id");
    const auto all = co_await listed(call);
    if (!all) co_return error_response(all.error(), call.request.request_id);
    const auto found = std::find_if(all->begin(), all->end(),
                                    [&](const tools::ListedTool& each) { return tools::is_named(each, name); });
    if (found == all->end()) co_return error_response(tools::tool_not_found(name), call.request.request_id);
    co_return json_response(200, to_wire(*found));
  }

  Task<Response> change(Call call, std::string tool, bool only_enabled) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto patch = read_setting(*body);
    if (!patch) co_return error_response(patch.error(), call.request.request_id);
    if (only_enabled && !patch->enabled)
      co_return error_response(invalid_field("enabled", "true or false", "nothing"), call.request.request_id);
    if (only_enabled) {
      const bool enabled = *patch->enabled;
      *patch = tools::SettingPatch();
      patch->enabled = enabled;
    }
    const auto changed = co_await services.tools.change(call.loop(), call.who, std::move(tool), std::move(*patch));
    co_return answer_with(call, 200, changed, [](const tools::ListedTool& each) { return to_wire(each); });
  }

  Task<Response> set(Call call) const {
    std::string tool = call.path_value("id");
    return change(std::move(call), std::move(tool), false);
  }

  // {entityId} is a tool's source, as the rows name it.
  Task<Response> set_enabled(Call call) const {
    const std::string source = call.path_value("entityId");
    const std::string name = call.path_value("toolName");
    const auto all = co_await services.tools.list(call.loop(), call.who.scope);
    if (!all) co_return error_response(all.error(), call.request.request_id);
    const auto found = std::find_if(all->begin(), all->end(), [&](const tools::ListedTool& each) {
      return is_of_source(each, source) && (each.tool->name == name || each.tool->model_name == name);
    });
    if (found == all->end())
      co_return error_response(tools::tool_not_found(source + "/" + name), call.request.request_id);
    std::string tool = found->tool->model_name;
    co_return co_await change(std::move(call), std::move(tool), true);
  }

  Task<Response> rules(Call call) const {
    const auto known = co_await services.tools.rules(call.loop(), call.who.scope);
    co_return answer_with(call, 200, known, [](const std::vector<model::ToolRule>& each) {
      return Json{{"rules", model::to_json(each)}};
    });
  }

  Result<std::vector<model::ToolRule>> rules_of(const Json& body) const {
    const auto found = body.find("rules");
    if (found == body.end()) return fail(invalid_field("rules", "a list of rules", "nothing"));
    return model::tool_rules_from_json(*found);
  }

  Task<Response> set_rules(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto wanted = rules_of(*body);
    if (!wanted) co_return error_response(wanted.error(), call.request.request_id);
    const auto set = co_await services.tools.set_rules(call.loop(), call.who, *wanted);
    if (!set) co_return error_response(set.error(), call.request.request_id);
    co_return json_response(200, {{"rules", model::to_json(*wanted)}});
  }

  Task<Response> dry_run(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto wanted = rules_of(*body);
    const auto days = optional_integer(*body, "sinceDays", 1, 365);
    const auto limit = optional_integer(*body, "limit", 1, kMostDryRunCalls);
    if (!wanted) co_return error_response(wanted.error(), call.request.request_id);
    if (!days) co_return error_response(days.error(), call.request.request_id);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    const std::int64_t since_us = call.loop().clock().wall_us() - days->value_or(kDryRunDays) * kToolDayUs;
    const auto run = co_await services.tools.dry_run(call.loop(), call.who.scope, std::move(*wanted), since_us,
                                                     limit->value_or(5000));
    co_return answer_with(call, 200, run, [](const tools::DryRun& each) { return to_wire(each); });
  }
};

}  // namespace

std::vector<Route> tool_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const ToolHandlers>(ToolHandlers{services, options});
  const auto to = [handlers](Task<Response> (ToolHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/api/v1/agent/tools", kChat | kRead, to(&ToolHandlers::list), "List tools"},
      {"GET", "/api/v1/agent/tools/search", kChat | kRead, to(&ToolHandlers::search), "Search tools, best first"},
      {"GET", "/api/v1/agent/tools/stats", kRead, to(&ToolHandlers::stats), "Count tools and their calls"},
      {"GET", "/api/v1/agent/tools/matrix", kRead, to(&ToolHandlers::matrix), "Which agent may use which tool"},
      {"GET", "/api/v1/agent/tools/rules", kRead, to(&ToolHandlers::rules), "Rules about many tools"},
      {"PUT", "/api/v1/agent/tools/rules", kAdmin, to(&ToolHandlers::set_rules), "Replace the rules"},
      {"POST", "/api/v1/agent/tools/rules/dry-run", kWrite, to(&ToolHandlers::dry_run),
       "What proposed rules would have done to past calls"},
      {"PATCH", "/api/v1/agent/tools/{entityId}/{toolName}/enabled", kAdmin, to(&ToolHandlers::set_enabled),
       "Switch a tool on or off"},
      {"GET", "/api/v1/agent/tools/{id}", kRead, to(&ToolHandlers::get), "Get a tool"},
      {"PATCH", "/api/v1/agent/tools/{id}", kAdmin, to(&ToolHandlers::set),
       "Set what may be done with a tool, its effect and its time limit"},
  };
}

}  // namespace platos::api
