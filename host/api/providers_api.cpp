// Model providers of an environment: states, keys, models, and which agents could run.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/wire.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

Json variables_to_wire(const std::vector<agent::VariableState>& variables) {
  Json list = Json::array();
  for (const auto& variable : variables) list.push_back({{"name", variable.name}, {"set", variable.set}});
  return list;
}

Json models_of(const Services& services, const std::string& provider) {
  Json list = Json::array();
  for (const auto& name : services.models.models_of(provider)) list.push_back(name);
  return list;
}

Json provider_to_wire(const Services& services, const agent::ProviderState& state) {
  return {{"id", state.provider.instance},
          {"displayName", state.provider.title},
          {"description", state.provider.description},
          {"requiredEnv", variables_to_wire(state.required)},
          {"optionalEnv", variables_to_wire(state.optional)},
          {"envReady", state.ready},
          {"enabled", state.enabled},
          {"linked", state.linked},
          {"linkedAt", time_to_wire(state.linked_us)},
          {"problem", state.provider.problem.empty() ? Json() : Json(state.provider.problem)},
          {"models", models_of(services, state.provider.instance)}};
}

Json key_to_wire(const agent::ProviderKeyState& state) {
  const model::ProviderKey& key = state.key;
  return {{"id", key.id},
          {"provider", key.provider},
          {"label", key.label},
          {"envVarName", key.variable},
          {"isDefault", key.is_default},
          {"createdBy", key.created_by},
          {"createdAt", time_to_wire(key.created_us)},
          {"lastUsedAt", time_to_wire(key.last_used_us)},
          {"envVarSet", state.variable_set}};
}

Json health_to_wire(const agent::ProviderHealth& health) {
  Json required = Json::array();
  for (const auto& variable : health.required) required.push_back({{"name", variable.name}, {"set", variable.set}});
  return {{"provider", health.provider},
          {"status", health.status},
          {"latencyMs", health.latency_ms},
          {"model", health.model.empty() ? Json() : Json(health.model)},
          {"error", health.error.empty() ? Json() : Json(health.error)},
          {"code", health.code.empty() ? Json() : Json(health.code)},
          {"requiredEnv", std::move(required)}};
}

Result<agent::NewProviderKey> read_key(const Json& body) {
  const auto provider = required_text(body, "provider");
  const auto label = required_text(body, "label");
  const auto variable = required_text(body, "envVarName");
  const auto value = optional_text(body, "value");
  const auto is_default = optional_bool(body, "isDefault");
  if (!provider) return fail(provider.error());
  if (!label) return fail(label.error());
  if (!variable) return fail(variable.error());
  if (!value) return fail(value.error());
  if (!is_default) return fail(is_default.error());
  return agent::NewProviderKey{*provider, *label, *variable, value->value_or(""), is_default->value_or(false)};
}

struct ProviderHandlers {
  Services services;
  ApiOptions options;

  Response bad(const Call& call, const Error& error) const { return error_response(error, call.request.request_id); }
  Response answer(const Call& call, const Result<agent::ProviderState>& state) const {
    return answer_with(call, 200, state,
                       [&](const agent::ProviderState& found) { return provider_to_wire(services, found); });
  }

  Task<Response> list(Call call) const {
    const auto states = co_await services.providers.states(call.loop(), call.who.scope);
    co_return answer_list(call, "providers", states,
                          [&](const agent::ProviderState& state) { return provider_to_wire(services, state); });
  }

  Task<Response> get(Call call) const {
    co_return answer(call, co_await services.providers.state(call.loop(), call.who.scope, call.path_value("provider")));
  }

  Task<Response> link(Call call) const {
    co_return answer(
        call, co_await services.providers.set(call.loop(), call.who, call.path_value("provider"), true, std::nullopt));
  }
  Task<Response> unlink(Call call) const {
    co_return answer(
        call, co_await services.providers.set(call.loop(), call.who, call.path_value("provider"), false, std::nullopt));
  }

  Task<Response> update(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return bad(call, body.error());
    const auto enabled = optional_bool(*body, "enabled");
    if (!enabled) co_return bad(call, enabled.error());
    if (!*enabled) co_return bad(call, invalid_field("enabled", "true or false", "nothing"));
    co_return answer(call, co_await services.providers.set(call.loop(), call.who, call.path_value("provider"),
                                                           std::nullopt, *enabled));
  }

  // A list by provider, as the reference's clients read it.
  Task<Response> models(Call call) const {
    const auto states = co_await services.providers.states(call.loop(), call.who.scope);
    if (!states) co_return bad(call, states.error());
    Json list = Json::array();
    for (const auto& state : *states) {
      if (!state.enabled || !state.ready) continue;
      list.push_back({{"provider", state.provider.instance},
                      {"displayName", state.provider.title},
                      {"models", models_of(services, state.provider.instance)}});
    }
    co_return json_response(200, list);
  }

  Task<Response> catalogue(Call call) const {
    const auto states = co_await services.providers.states(call.loop(), call.who.scope);
    if (!states) co_return bad(call, states.error());
    Json list = Json::array();
    for (const auto& state : *states) {
      for (const auto& name : services.models.models_of(state.provider.instance)) {
        Json row = to_wire(services.models.describe(name));
        row["provider"] = state.provider.instance;
        row["available"] = state.enabled && state.ready;
        list.push_back(std::move(row));
      }
    }
    const auto total = list.size();
    co_return json_response(200, {{"models", std::move(list)}, {"total", total}});
  }

  Task<Response> keys(Call call) const {
    const auto keys = co_await services.providers.keys(call.loop(), call.who.scope);
    co_return answer_list(call, "keys", keys, key_to_wire);
  }
  Task<Response> add_key(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return bad(call, body.error());
    auto wanted = read_key(*body);
    if (!wanted) co_return bad(call, wanted.error());
    const auto made = co_await services.providers.add_key(call.loop(), call.who, std::move(*wanted));
    co_return answer_with(call, 201, made, key_to_wire);
  }
  Task<Response> update_key(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return bad(call, body.error());
    const auto label = optional_text(*body, "label");
    const auto is_default = optional_bool(*body, "isDefault");
    if (!label) co_return bad(call, label.error());
    if (!is_default) co_return bad(call, is_default.error());
    agent::ProviderKeyPatch patch;
    patch.label = *label;
    patch.is_default = *is_default;
    const auto done =
        co_await services.providers.update_key(call.loop(), call.who, call.path_value("id"), std::move(patch));
    co_return answer_with(call, 200, done, key_to_wire);
  }
  Task<Response> remove_key(Call call) const {
    co_return answer_deleted(call,
                             co_await services.providers.remove_key(call.loop(), call.who, call.path_value("id")));
  }

  Task<Response> health(Call call) const {
    const auto health =
        co_await services.provider_checks.check(call.loop(), call.who.scope, call.path_value("provider"));
    co_return answer_with(call, 200, health, health_to_wire);
  }
  Task<Response> health_of_all(Call call) const {
    const auto all = co_await services.provider_checks.check_all(call.loop(), call.who.scope);
    co_return answer_list(call, "providers", all, health_to_wire);
  }

  Task<Response> checklist(Call call) const {
    const auto list = co_await services.provider_checks.checklist(call.loop(), call.who.scope);
    if (!list) co_return bad(call, list.error());
    Json providers = Json::array();
    for (const auto& state : list->providers) providers.push_back(provider_to_wire(services, state));
    Json agents = Json::array();
    for (const auto& agent : list->agents) {
      if (call.who.is_kept_from(agent.id)) continue;
      agents.push_back({{"agentId", agent.id},
                        {"slug", agent.slug},
                        {"name", agent.name},
                        {"model", agent.model},
                        {"canRun", agent.reason.empty()},
                        {"code", agent.code.empty() ? Json() : Json(agent.code)},
                        {"reason", agent.reason.empty() ? Json() : Json(agent.reason)}});
    }
    co_return json_response(200, {{"providers", std::move(providers)}, {"agents", std::move(agents)}});
  }
};

}  // namespace

std::vector<Route> provider_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const ProviderHandlers>(ProviderHandlers{services, options});
  const auto to = [handlers](Task<Response> (ProviderHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  // Whole words before {provider}: the first that fits is taken.
  return {
      {"GET", "/api/v1/agent/models", kRead, to(&ProviderHandlers::catalogue),
       "Models, with prices where they are known"},
      {"GET", "/api/v1/agent/providers", kRead, to(&ProviderHandlers::list), "Model providers of the environment"},
      {"GET", "/api/v1/agent/providers/models", kRead, to(&ProviderHandlers::models),
       "Models of the providers that can be used"},
      {"GET", "/api/v1/agent/providers/checklist", kRead, to(&ProviderHandlers::checklist),
       "Which providers are linked, and which agents cannot run, and why"},
      {"GET", "/api/v1/agent/providers/health", kWrite, to(&ProviderHandlers::health_of_all),
       "Ask every provider for one token"},
      {"GET", "/api/v1/agent/providers/keys", kRead, to(&ProviderHandlers::keys), "List provider keys"},
      {"POST", "/api/v1/agent/providers/keys", kAdmin, to(&ProviderHandlers::add_key),
       "Add a provider key: the variable that holds it, and with \"value\" its content"},
      {"PATCH", "/api/v1/agent/providers/keys/{id}", kAdmin, to(&ProviderHandlers::update_key),
       "Rename a provider key, or make it the default"},
      {"DELETE", "/api/v1/agent/providers/keys/{id}", kAdmin, to(&ProviderHandlers::remove_key),
       "Forget a provider key; its variable stays"},
      {"GET", "/api/v1/agent/providers/{provider}", kRead, to(&ProviderHandlers::get), "Get a provider"},
      {"PATCH", "/api/v1/agent/providers/{provider}", kAdmin, to(&ProviderHandlers::update),
       "Switch a provider on or off"},
      {"GET", "/api/v1/agent/providers/{provider}/health", kWrite, to(&ProviderHandlers::health),
       "Ask a provider for one token"},
      {"POST", "/api/v1/agent/providers/{provider}/link", kAdmin, to(&ProviderHandlers::link), "Link a provider"},
      {"DELETE", "/api/v1/agent/providers/{provider}/link", kAdmin, to(&ProviderHandlers::unlink), "Unlink a provider"},
  };
}

}  // namespace platos::api
