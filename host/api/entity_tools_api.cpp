// Tools of one connected entity: what it offers, how they do, and a call to see whether the wire works.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/entity_states.hpp"
#include "api/handlers.hpp"
#include "api/tools_wire.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::int64_t kEntityHealthUs = 30LL * 24 * 3600 * 1'000'000;
constexpr std::int64_t kEntityHealthCalls = 20'000;
constexpr std::size_t kNamedTools = 10;

using SeenHealth = std::map<std::string, store::ToolHealth>;

/// "...; it offers: a, b".
std::string offered_by(const entities::Shelf::Owner* owner) {
  if (owner == nullptr || owner->tools.empty())
    return "it has none here: connect its backend to this environment, so that it declares them";
  std::string names;
  for (std::size_t i = 0; i < std::min(owner->tools.size(), kNamedTools); ++i)
    names += (i == 0 ? "" : ", ") + owner->tools[i].tool.name;
  return "it offers: " + names + (owner->tools.size() > kNamedTools ? " and others" : "");
}

/// Goes along with the call, as the session of a turn would.
std::string envelope_of(const tenancy::TestCredentials& credentials) {
  if (credentials.headers.empty()) return {};
  return model::dump({{"source", "wire_test"}, {"headers", credentials.headers}});
}

struct EntityToolHandlers {
  Services services;
  ApiOptions options;

  Response bad(const Call& call, const Error& error) const { return error_response(error, call.request.request_id); }

  Task<Result<SeenHealth>> seen_health(const Call& call, const Entity& entity) const {
    store::ToolAuditFilter filter;
    filter.instance = entities::kInstancePrefix + entity.entity_id;
    filter.since_us = call.loop().clock().wall_us() - kEntityHealthUs;
    filter.limit = kEntityHealthCalls;
    const auto read = services.database.read(call.loop(), [scope = call.who.scope, filter](store::Session& session) {
      const auto rows = store::ToolAudit(session).health(scope, filter);
      return Result<SeenHealth>(SeenHealth(rows.begin(), rows.end()));
    });
    co_return co_await read;
  }

  Task<Result<std::vector<EntityToolState>>> tools_of(const Call& call, const Entity& entity) const {
    const auto listed = co_await services.tools.list(call.loop(), call.who.scope);
    const auto shelf = co_await services.entities.shelf_of(call.loop(), call.who.scope);
    const auto seen = co_await seen_health(call, entity);
    const auto said = co_await said_health(services, call, entity);
    if (!listed) co_return fail(listed.error());
    if (!shelf) co_return fail(shelf.error());
    if (!seen) co_return fail(seen.error());
    if (!said) co_return fail(said.error());
    const auto* owner = (*shelf)->find(entity.entity_id);
    std::vector<EntityToolState> tools;
    for (const auto& each : *listed) {
      if (each.tool->instance != entities::kInstancePrefix + entity.entity_id) continue;
      EntityToolState state{each};
      const auto* offered = owner == nullptr ? nullptr : entities::Shelf::find_tool(*owner, each.tool->name);
      state.needs_user = offered != nullptr && offered->needs_user;
      if (const auto found = said->find(each.tool->name); found != said->end()) state.said = found->second;
      if (const auto found = seen->find(each.tool->model_name); found != seen->end()) state.seen = found->second;
      tools.push_back(std::move(state));
    }
    co_return tools;
  }

  Task<Response> tools(Call call) const {
    const auto entity = co_await services.keys.entity(call.loop(), call.who, call.path_value("id"));
    if (!entity) co_return bad(call, entity.error());
    const auto tools = co_await tools_of(call, *entity);
    co_return answer_list(call, "tools", tools, [](const EntityToolState& tool) { return to_wire(tool); });
  }

  Task<Response> health(Call call) const {
    const auto entity = co_await services.keys.entity(call.loop(), call.who, call.path_value("id"));
    if (!entity) co_return bad(call, entity.error());
    std::vector<Entity> one = {*entity};
    const auto states = co_await states_of(services, call, std::move(one));
    const auto tools = co_await tools_of(call, *entity);
    if (!states) co_return bad(call, states.error());
    co_return answer_with(call, 200, tools, [&](const std::vector<EntityToolState>& each) {
      return health_to_wire(*entity, states->front(), each);
    });
  }

  /// The tool by its own name. NotFound "tool_not_found" says which there are.
  Task<Result<std::string>> source_name(const Call& call, const Entity& entity, std::string tool) const {
    const auto shelf = co_await services.entities.shelf_of(call.loop(), call.who.scope);
    if (!shelf) co_return fail(shelf.error());
    const auto* owner = (*shelf)->find(entity.entity_id);
    if (owner != nullptr && entities::Shelf::find_tool(*owner, tool) != nullptr)
      co_return entities::kInstancePrefix + entity.entity_id + "/" + tool;
    co_return fail(ErrorKind::NotFound, "tool_not_found",
                   "the entity \"" + entity.entity_id + "\" has no tool \"" + base::printable(tool, 80) +
                       "\" in this environment; " + offered_by(owner));
  }

  Task<Response> wire_test(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    auto trial = body ? read_trial(*body) : fail(body.error());
    if (!trial) co_return bad(call, trial.error());
    const auto tool = optional_text(*body, "toolName");
    if (!tool) co_return bad(call, tool.error());
    const auto entity = co_await services.keys.entity(call.loop(), call.who, call.path_value("id"));
    if (!entity) co_return bad(call, entity.error());
    const auto credentials = co_await services.keys.test_credentials(call.loop(), call.who, entity->id);
    if (!credentials) co_return bad(call, credentials.error());
    std::string wanted = tool->value_or("ping");
    auto name = co_await source_name(call, *entity, std::move(wanted));
    if (!name) co_return bad(call, name.error());
    trial->who = call.who;
    trial->tool = std::move(*name);
    if (!call.who.agent_id.empty()) trial->agent = call.who.agent_id;
    if (trial->agent.empty() && !entity->linked_agents.empty()) trial->called_by = entity->linked_agents.front();
    trial->user_id = credentials->user_id;
    trial->user_token = credentials->user_token;
    trial->envelope_json = envelope_of(*credentials);
    trial->hidden = credentials->secrets();
    const auto made = co_await services.trials.attempt(call.loop(), *trial);
    co_return answer_with(call, 200, made,
                          [&](const tools::Attempt& each) { return wire_test_to_wire(each, *trial, *credentials); });
  }
};

}  // namespace

std::vector<Route> entity_tool_routes(const Services& services, const ApiOptions& options) {
  using H = EntityToolHandlers;
  const auto handlers = std::make_shared<const H>(H{services, options});
  const auto to = [handlers](Task<Response> (H::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/api/v1/agent/entities/{id}/tools", kRead, to(&H::tools), "Tools of an entity, and how they do"},
      {"GET", "/api/v1/agent/entities/{id}/health", kRead, to(&H::health), "How an entity does"},
      {"POST", "/api/v1/agent/entities/{id}/wire-test", kAdmin, to(&H::wire_test),
       "Call a tool of an entity now, with the credentials for tests"},
  };
}

}  // namespace platos::api
