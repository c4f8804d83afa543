// Agents: create, list, get, change, delete, versions.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/paging.hpp"
#include "api/responses.hpp"
#include "api/wire.hpp"

namespace platos::api {
namespace {

using ingress::Response;
using model::Json;

Result<std::optional<std::vector<std::string>>> text_list(const Json& body, const char* member) {
  const auto found = body.find(member);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (!found->is_array()) return fail(model::invalid_field(member, "an array of strings", model::kind_of(*found)));
  std::vector<std::string> list;
  for (const auto& item : *found) {
    if (!item.is_string()) return fail(model::invalid_field(member, "an array of strings", model::kind_of(item)));
    list.push_back(item.get<std::string>());
  }
  return list;
}

Result<agent::AgentPatch> read_patch(const Json& body) {
  agent::AgentPatch patch;
  Error problem;
  const auto take = [&problem](auto result, auto& target) {
    if (result) {
      target = std::move(*result);
    } else if (problem.code.empty()) {
      problem = result.error();
    }
  };
  std::optional<std::string> note;
  take(model::optional_text(body, "name"), patch.name);
  take(model::optional_text(body, "slug"), patch.slug);
  take(model::optional_text(body, "model"), patch.model);
  take(model::optional_text(body, "systemPrompt"), patch.system_prompt);
  take(text_list(body, "skills"), patch.skills);
  take(model::optional_integer(body, "maxSteps", 1, 100), patch.max_steps);
  take(model::optional_integer(body, "contextLimit", 0, 1000), patch.context_limit);
  take(model::optional_bool(body, "isActive"), patch.active);
  take(model::optional_text(body, "versionNote"), note);
  if (!problem.code.empty()) return fail(problem);
  // An explicit null clears the prompt; it is absent otherwise.
  if (body.contains("systemPrompt") && body["systemPrompt"].is_null()) patch.system_prompt = "";
  patch.version_note = note.value_or("");
  return patch;
}

struct AgentHandlers {
  Services services;
  ApiOptions options;

  Response answer(const Call& call, int status, const Result<model::Agent>& agent) const {
    if (!agent) return error_response(agent.error(), call.request.request_id);
    return json_response(status, to_wire(*agent, call.who.scope));
  }

  Task<Response> create(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto patch = read_patch(*body);
    if (!patch) co_return error_response(patch.error(), call.request.request_id);
    const auto agent = co_await services.agents.create(call.loop(), call.who, std::move(*patch));
    co_return answer(call, 201, agent);
  }

  Task<Response> list(Call call) const {
    const auto limit = query_number(call, "limit", 100, 1, 500);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    if (!offset) co_return error_response(offset.error(), call.request.request_id);
    const auto page = co_await services.agents.list(call.loop(), call.who.scope, *limit, *offset);
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& agent : page->agents) rows.push_back(to_wire(agent, call.who.scope));
    co_return json_response(200, {{"agents", std::move(rows)}, {"total", page->total}});
  }

  Task<Response> get(Call call) const {
    const auto agent = co_await services.agents.find(call.loop(), call.who.scope, call.path_value("id"));
    co_return answer(call, 200, agent);
  }

  Task<Response> update(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto patch = read_patch(*body);
    if (!patch) co_return error_response(patch.error(), call.request.request_id);
    const auto agent = co_await services.agents.update(call.loop(), call.who, call.path_value("id"), std::move(*patch));
    co_return answer(call, 200, agent);
  }

  Task<Response> remove(Call call) const {
    const auto removed = co_await services.agents.remove(call.loop(), call.who.scope, call.path_value("id"));
    if (!removed) co_return error_response(removed.error(), call.request.request_id);
    co_return json_response(200, {{"deleted", *removed}});
  }

  Task<Response> versions(Call call) const {
    const auto take = query_number(call, "take", 50, 1, 200);
    if (!take) co_return error_response(take.error(), call.request.request_id);
    const auto agent = co_await services.agents.find(call.loop(), call.who.scope, call.path_value("id"));
    if (!agent) co_return error_response(agent.error(), call.request.request_id);
    const auto page =
        co_await services.agents.versions(call.loop(), call.who.scope, agent->id, call.query_value("cursor"), *take);
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& version : page->versions) rows.push_back(to_wire(version, agent->version_id));
    const Json next = page->next_cursor.empty() ? Json() : Json(page->next_cursor);
    co_return json_response(200, {{"versions", std::move(rows)}, {"nextCursor", next}, {"pageSize", *take}});
  }
};

}  // namespace

std::vector<Route> agent_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const AgentHandlers>(AgentHandlers{services, options});
  const auto to = [handlers](Task<Response> (AgentHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"POST", "/api/v1/agent/agents", Access::Principal, to(&AgentHandlers::create),
       "Create an agent and its version 1"},
      {"GET", "/api/v1/agent/agents", Access::Principal, to(&AgentHandlers::list), "List agents, newest first"},
      {"GET", "/api/v1/agent/agents/{id}", Access::Principal, to(&AgentHandlers::get), "Get an agent by id or slug"},
      {"PATCH", "/api/v1/agent/agents/{id}", Access::Principal, to(&AgentHandlers::update),
       "Change an agent; a change of behaviour makes a version"},
      {"DELETE", "/api/v1/agent/agents/{id}", Access::Principal, to(&AgentHandlers::remove),
       "Delete an agent; its conversations stay"},
      {"GET", "/api/v1/agent/agents/{id}/versions", Access::Principal, to(&AgentHandlers::versions),
       "List versions, newest first"},
  };
}

}  // namespace platos::api
