// The tools of one agent: where their arguments come from, and their categories.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/agents.hpp"
#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/tool_health.hpp"
#include "api/tools_wire.hpp"
#include "tools/discovery.hpp"
#include "tools/mapping_report.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

/// An agent and all that it has, usable or not.
struct AgentWithTools {
  model::Agent agent;
  std::vector<tools::ListedTool> tools;
};

Json mapped_tool(const tools::ListedTool& each, const model::ContextMapping& mapping, const ToolHealths& known) {
  const auto report = tools::report_mapping(mapping, *each.tool);
  const auto health = known.find(each.tool->model_name);
  const Json row = to_wire(each);
  Json params = Json::array();
  for (const auto& argument : report.arguments)
    params.push_back(
        {{"name", argument.name}, {"source", tools::to_text(argument.origin)}, {"required", argument.is_required}});
  return {{"toolName", each.tool->model_name},
          {"sourceEntity", row["entityId"]},
          {"enabled", each.verdict.usable()},
          {"health", to_wire(health == known.end() ? store::ToolHealth() : health->second)},
          {"params", std::move(params)},
          {"mapped", report.mapped},
          {"total", report.arguments.size()},
          {"warnings", report.warnings}};
}

struct AgentToolHandlers {
  Services services;

  Task<Result<AgentWithTools>> find(const Call& call) const {
    const std::string wanted = call.path_value("id");
    auto agent = co_await services.tools.agent(call.loop(), call.who.scope, wanted);
    if (!agent) co_return fail(agent.error());
    if (call.who.is_kept_from(agent->id)) co_return fail(agent::agent_not_found(wanted));
    auto tools = co_await services.tools.list_of_agent(call.loop(), call.who.scope, agent->id);
    if (!tools) co_return fail(tools.error());
    co_return AgentWithTools{std::move(*agent), std::move(*tools)};
  }

  Task<Response> mappings(Call call) const {
    const auto found = co_await find(call);
    if (!found) co_return error_response(found.error(), call.request.request_id);
    const auto mapping = model::context_mapping_of(found->agent.config);
    if (!mapping) co_return error_response(mapping.error(), call.request.request_id);
    const auto known = co_await health_of_tools(services, call);
    if (!known) co_return error_response(known.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& each : found->tools) {
      if (!each.is_meta) rows.push_back(mapped_tool(each, *mapping, *known));
    }
    const std::size_t total = rows.size();
    co_return json_response(200, {{"tools", std::move(rows)},
                                  {"declaredKeys", mapping->declared_keys},
                                  {"agentId", found->agent.id},
                                  {"total", total},
                                  {"fetchedAt", time_to_wire(call.loop().clock().wall_us())}});
  }

  // Most tools first, as in prompts. Of what is counted some may be out of the agent's reach: those who choose its
  // categories see what there is.
  Task<Response> categories(Call call) const {
    const auto found = co_await find(call);
    if (!found) co_return error_response(found.error(), call.request.request_id);
    const auto& text = found->agent.config.tools_block_json;
    const auto block_json = model::parse_bounded(text.empty() ? "{}" : text, "toolsBlockConfig");
    if (!block_json) co_return error_response(block_json.error(), call.request.request_id);
    const auto block = model::tools_block_from_json(*block_json);
    if (!block) co_return error_response(block.error(), call.request.request_id);
    std::map<std::string, std::int64_t> counts;
    for (const auto& each : found->tools) ++counts[model::category_of(*each.tool)];
    std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    Json rows = Json::array();
    for (const auto& [id, count] : sorted) {
      const auto own = block->category_descriptions.find(id);
      rows.push_back({{"id", id},
                      {"count", count},
                      {"defaultDescription", tools::default_description(id)},
                      {"userDescription", own == block->category_descriptions.end() ? Json() : Json(own->second)}});
    }
    co_return json_response(200, {{"agentId", found->agent.id},
                                  {"categories", std::move(rows)},
                                  {"enabledCategories", block->categories ? Json(*block->categories) : Json()},
                                  {"fetchedAt", time_to_wire(call.loop().clock().wall_us())}});
  }
};

}  // namespace

std::vector<Route> agent_tool_routes(const Services& services, const ApiOptions&) {
  const auto handlers = std::make_shared<const AgentToolHandlers>(AgentToolHandlers{services});
  const auto to = [handlers](Task<Response> (AgentToolHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/api/v1/agent/agents/{id}/tool-mappings", kRead, to(&AgentToolHandlers::mappings),
       "Where the arguments of an agent's tools come from"},
      {"GET", "/api/v1/agent/agents/{id}/categories", kRead, to(&AgentToolHandlers::categories),
       "Categories of an agent's tools"},
  };
}

}  // namespace platos::api
