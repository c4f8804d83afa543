// Connected entities: the registry, secrets, links to agents, and credentials for tests.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/entity_states.hpp"
#include "api/handlers.hpp"
#include "governance/minute_limit.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::size_t kNameChecksPerMinute = 30;

Result<tenancy::TestCredentials> read_test_credentials(const Json& json) {
  auto read = tenancy::test_credentials_from_json(json);
  if (read && read->empty())
    return fail(invalid_field("testCredentials", "at least one of userId, userToken and headers", "none of them"));
  return read;
}

Result<tenancy::EntityPatch> read_entity(const Json& body) {
  tenancy::EntityPatch patch;
  const auto name = optional_text(body, "displayName");
  const auto origins = optional_texts(body, "allowedOrigins");
  const auto linked = optional_texts(body, "linkedAgentIds");
  if (!name) return fail(name.error());
  if (!linked) return fail(linked.error());
  if (!origins) return fail(origins.error());
  patch.name = *name;
  patch.origins = *origins;
  patch.linked_agents = *linked;
  const auto given = body.find("testCredentials");
  if (given == body.end()) return patch;
  patch.test_credentials.emplace();
  if (given->is_null()) return patch;
  auto credentials = read_test_credentials(*given);
  if (!credentials) return fail(credentials.error());
  patch.test_credentials = std::move(*credentials);
  return patch;
}

struct EntityHandlers {
  Services services;
  ApiOptions options;
  std::shared_ptr<governance::MinuteLimit> name_checks;

  Response bad(const Call& call, const Error& error) const { return error_response(error, call.request.request_id); }
  Result<Json> body(const Call& call) const { return read_body(call.request, options.max_body_bytes); }

  Task<Response> list(Call call) const {
    const auto found = co_await services.keys.entities(call.loop(), call.who);
    if (!found) co_return bad(call, found.error());
    const auto states = co_await states_of(services, call, *found);
    if (!states) co_return bad(call, states.error());
    Json rows = Json::array();
    for (std::size_t i = 0; i < found->size(); ++i) rows.push_back(to_wire((*found)[i], (*states)[i]));
    const std::size_t total = rows.size();
    co_return json_response(200, {{"entities", std::move(rows)}, {"total", total}});
  }

  Task<Response> get(Call call) const {
    const auto found = co_await services.keys.entity(call.loop(), call.who, call.path_value("id"));
    if (!found) co_return bad(call, found.error());
    std::vector<Entity> one = {*found};
    const auto states = co_await states_of(services, call, std::move(one));
    const auto connected = co_await connections(call, *found);
    if (!states) co_return bad(call, states.error());
    if (!connected) co_return bad(call, connected.error());
    Json json = to_wire(*found, states->front());
    json["connectedInOtherEnv"] = *connected > states->front().links.size();
    co_return json_response(200, json);
  }

  /// How many of all environments there are on this host.
  Task<Result<std::size_t>> connections(const Call& call, const Entity& entity) const {
    const auto environments = co_await services.administration.environments(call.loop(), call.who, entity.project_id);
    if (!environments) co_return fail(environments.error());
    std::size_t count = 0;
    for (const auto& each : *environments) count += services.entities.links().views(entity.id, each.id).size();
    co_return count;
  }

  Task<Response> check_name(Call call) const {
    const std::string caller = call.who.scope.environment_id + "/" + call.who.actor;
    if (auto taken = name_checks->take(caller, call.loop().clock().monotonic_us()); !taken)
      co_return bad(call, taken.error());
    const std::string id = call.query_value("entityId");
    const auto checked = co_await services.keys.check_entity_name(call.loop(), call.who, id);
    co_return answer_with(call, 200, checked, [&id](const tenancy::EntityNameCheck& check) {
      Json error;
      if (!check.valid) error = id.empty() ? "missing_entity_id" : "invalid_format";
      return Json{
          {"entityId", id}, {"available", check.available}, {"error", error}, {"suggestions", check.suggestions}};
    });
  }

  Task<Response> create(Call call) const {
    const auto json = body(call);
    if (!json) co_return bad(call, json.error());
    const auto id = required_text(*json, "entityId");
    const auto given = read_entity(*json);
    if (!id) co_return bad(call, id.error());
    if (!given) co_return bad(call, given.error());
    const auto made = co_await services.keys.create_entity(call.loop(), call.who, *id, *given);
    co_return answer_with(call, 201, made, [](const auto& value) { return revealed(value, "serviceSecret"); });
  }

  Task<Result<Entity>> changed(const Call& call, tenancy::EntityPatch patch) const {
    auto done = co_await services.keys.update_entity(call.loop(), call.who, call.path_value("id"), std::move(patch));
    services.entities.forget();
    co_return done;
  }

  Task<Response> update(Call call) const {
    const auto json = body(call);
    auto patch = json ? read_entity(*json) : fail(json.error());
    if (!patch) co_return bad(call, patch.error());
    const auto done = co_await changed(call, std::move(*patch));
    co_return answer_with(call, 200, done, [](const Entity& value) { return to_wire(value); });
  }

  Task<Response> remove(Call call) const {
    const auto found = co_await services.keys.entity(call.loop(), call.who, call.path_value("id"));
    const auto done = co_await services.keys.remove_entity(call.loop(), call.who, call.path_value("id"));
    services.entities.forget();
    if (found && done) services.entities.links().recheck(found->id);
    co_return answer_deleted(call, done);
  }

  Task<Response> rotate(Call call) const {
    const auto json = body(call);
    if (!json) co_return bad(call, json.error());
    const auto grace = optional_integer(*json, "graceSeconds", 0, INT64_MAX);
    if (!grace) co_return bad(call, grace.error());
    const auto made =
        co_await services.keys.rotate_entity(call.loop(), call.who, call.path_value("id"), grace->value_or(0));
    if (made) services.entities.links().recheck(made->thing.id);
    co_return answer_with(call, 200, made, [](const auto& value) { return revealed(value, "serviceSecret"); });
  }

  /// Without grace: whoever is connected goes, and says who it is anew.
  Task<Response> regenerate(Call call) const {
    const auto made = co_await services.keys.rotate_entity(call.loop(), call.who, call.path_value("id"), 0);
    if (!made) co_return bad(call, made.error());
    const auto closed = co_await connections(call, made->thing);
    services.entities.links().recheck(made->thing.id);
    Json json = revealed(*made, "serviceSecret");
    json["sessionsClosed"] = closed.value_or(0);
    co_return json_response(200, json);
  }

  Task<Response> test_credentials(Call call) const {
    const auto found = co_await services.keys.test_credentials(call.loop(), call.who, call.path_value("id"));
    if (!found) co_return bad(call, found.error());
    if (!found->empty()) co_return json_response(200, masked(*found));
    Response nothing;
    nothing.status = 204;
    co_return nothing;
  }

  Task<Response> set_test_credentials(Call call) const {
    const auto json = body(call);
    const auto given = json ? read_test_credentials(*json) : fail(json.error());
    if (!given) co_return bad(call, given.error());
    tenancy::EntityPatch patch;
    patch.test_credentials = *given;
    const auto done = co_await changed(call, std::move(patch));
    co_return answer_with(call, 200, done, [&given](const Entity&) { return masked(*given); });
  }

  Task<Response> remove_test_credentials(Call call) const {
    tenancy::EntityPatch patch;
    patch.test_credentials.emplace();
    const auto done = co_await changed(call, std::move(patch));
    if (!done) co_return bad(call, done.error());
    co_return json_response(200, {{"deleted", true}});
  }

  /// As of an entity that is not offered by MCP: none is yet, see host/docs/later.md.
  Task<Response> mcp_config(Call call) const {
    const auto found = co_await services.keys.entity(call.loop(), call.who, call.path_value("id"));
    co_return answer_with(call, 200, found, [](const Entity&) {
      return Json{{"exists", false},
                  {"enabled", false},
                  {"identityMode", "bearer"},
                  {"identityProviders", Json::array()},
                  {"branding", Json::object()},
                  {"toolAllowlist", Json::array()},
                  {"consentCopy", ""},
                  {"redirectUriAllowlist", Json::array()},
                  {"rateLimitPerMinute", 60},
                  {"bearerTokenCount", 0}};
    });
  }
  Task<Response> set_mcp_config(Call call) const {
    const auto found = co_await services.keys.entity(call.loop(), call.who, call.path_value("id"));
    if (!found) co_return bad(call, found.error());
    co_return bad(call, {ErrorKind::Unimplemented,
                         "not_implemented",
                         "this version of Platos offers no entities by MCP yet",
                         false,
                         0,
                         {}});
  }
};

}  // namespace

std::vector<Route> entity_routes(const Services& services, const ApiOptions& options) {
  using H = EntityHandlers;
  const auto handlers = std::make_shared<const H>(
      H{services, options,
        std::make_shared<governance::MinuteLimit>("entity_name_checks", "checks of names", kNameChecksPerMinute)});
  const auto to = [handlers](Task<Response> (H::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  constexpr const char* kEntities = "/api/v1/agent/entities";
  constexpr const char* kEntity = "/api/v1/agent/entities/{id}";
  constexpr const char* kMcp = "/api/v1/agent/entities/{id}/mcp/config";
  constexpr const char* kTestCredentials = "/api/v1/agent/entities/{id}/test-credentials";
  return {
      {"GET", kEntities, kRead, to(&H::list), "List entities"},
      {"POST", kEntities, kAdmin, to(&H::create), "Create an entity; its secret is shown once"},
      {"GET", "/api/v1/agent/entities/check-availability", kRead, to(&H::check_name),
       "Whether an entity may be called so; 30 a minute"},
      {"GET", kEntity, kRead, to(&H::get), "Get an entity"},
      {"PATCH", kEntity, kAdmin, to(&H::update), "Change an entity"},
      {"DELETE", kEntity, kAdmin, to(&H::remove), "Delete an entity"},
      {"POST", "/api/v1/agent/entities/{id}/rotate-secret", kAdmin, to(&H::rotate),
       "A new secret; the old one stays good for graceSeconds"},
      {"POST", "/api/v1/agent/entities/{id}/regenerate-secret", kAdmin, to(&H::regenerate),
       "A new secret at once; the entity's connections are closed"},
      {"GET", kTestCredentials, kAdmin, to(&H::test_credentials), "What test calls are made with, masked"},
      {"PUT", kTestCredentials, kAdmin, to(&H::set_test_credentials), "Set what test calls are made with"},
      {"DELETE", kTestCredentials, kAdmin, to(&H::remove_test_credentials), "Test calls are made as the caller again"},
      {"GET", kMcp, kRead, to(&H::mcp_config), "How an entity is offered by MCP"},
      {"PATCH", kMcp, kAdmin, to(&H::set_mcp_config), "Offer an entity by MCP"},
  };
}

}  // namespace platos::api
