// The part of Providers that people see and change.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/providers.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/agents.hpp"
#include "store/end_users.hpp"
#include "store/provider_keys.hpp"
#include "tenancy/audit.hpp"
#include "tenancy/names.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxLabelBytes = 100;
constexpr std::size_t kMaxKeys = 100;
constexpr std::size_t kMaxValueBytes = 16 * 1024;

bool is_set(store::Session& session, const model::Scope& scope, const std::string& name) {
  const auto variable = store::EnvironmentVariables(session).find(scope, name);
  return variable && !variable->value.empty();
}

Error provider_not_found(const std::string& provider) {
  return {ErrorKind::NotFound,
          "provider_not_found",
          "there is no provider \"" + base::printable(provider, 80) + "\"",
          false,
          0,
          {}};
}

Error key_not_found(const std::string& id) {
  return {ErrorKind::NotFound,
          "provider_key_not_found",
          "there is no provider key \"" + base::printable(id, 80) + "\" in this environment",
          false,
          0,
          {}};
}

Result<void> check_new(const NewProviderKey& wanted) {
  if (auto good = tenancy::check_variable_name(wanted.variable); !good) return good;
  if (base::trim(wanted.label).empty() || wanted.label.size() > kMaxLabelBytes || !base::is_valid_utf8(wanted.label) ||
      wanted.label.find('\0') != std::string::npos)
    return fail(
        model::invalid_field("label", "1 to 100 bytes of text", std::to_string(wanted.label.size()) + " bytes"));
  if (wanted.value.size() > kMaxValueBytes ||
      wanted.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
    return fail(model::invalid_field("value", "one line of at most 16384 bytes", "another text"));
  return {};
}

/// Agents whose newest version is bound to the key.
std::vector<std::string> agents_pinned_to(store::Session& session, const model::Scope& scope, const std::string& id) {
  std::vector<std::string> slugs;
  constexpr std::int64_t kPage = 200;
  store::Agents agents(session);
  for (std::int64_t offset = 0;; offset += kPage) {
    const auto page = agents.list(scope, kPage, offset);
    for (const auto& agent : page) {
      const auto& routes = agent.config.model_routes;
      const bool pinned = agent.config.provider_key_id == id ||
                          std::any_of(routes.begin(), routes.end(),
                                      [&](const model::ModelRoute& route) { return route.provider_key_id == id; });
      if (pinned) slugs.push_back(agent.slug);
    }
    if (page.size() < static_cast<std::size_t>(kPage)) return slugs;
  }
}

}  // namespace

ProviderState Providers::state_in(store::Session& session, const model::Scope& scope,
                                  const ports::ProviderDescription& provider) const {
  ProviderState state;
  state.provider = provider;
  store::ProviderKeys keys(session);
  const auto default_key = keys.find_default(scope, provider.instance);
  const bool has_key = default_key && is_set(session, scope, default_key->variable);
  // The default key goes before the variable; one without a value is an error of the call.
  const bool lacks_key = default_key && !has_key && !provider.secrets.empty();
  if (lacks_key) state.required.push_back({default_key->variable, false});
  bool has_secrets = !lacks_key;
  for (const auto& [slot, variable] : provider.secrets) {
    state.required.push_back({variable, is_set(session, scope, variable)});
    has_secrets = has_secrets && (state.required.back().set || has_key);
  }
  bool has_address = true;
  // The operator's keys do not go to another's address.
  bool operators_serve = provider.usable && !lacks_key;
  if (!provider.base_url_variable.empty()) {
    const VariableState address{provider.base_url_variable, is_set(session, scope, provider.base_url_variable)};
    has_address = address.set || !provider.needs_base_url;
    operators_serve = operators_serve && !address.set;
    (provider.needs_base_url ? state.required : state.optional).push_back(address);
  }
  state.ready = provider.problem.empty() && (operators_serve || (has_secrets && has_address));
  const auto setting = keys.setting(scope, provider.instance);
  state.enabled = setting && setting->enabled ? *setting->enabled : state.ready;
  state.linked_us = setting ? setting->linked_us : 0;
  state.linked = state.linked_us != 0;
  return state;
}

Task<Result<std::vector<ProviderState>>> Providers::states(base::Loop& loop, model::Scope scope) {
  const auto read = database_.read(
      loop, [this, scope, all = directory_.providers()](store::Session& session) -> Result<std::vector<ProviderState>> {
        std::vector<ProviderState> states;
        for (const auto& provider : all) states.push_back(state_in(session, scope, provider));
        return states;
      });
  co_return co_await read;
}

Task<Result<ProviderState>> Providers::state(base::Loop& loop, model::Scope scope, std::string provider) {
  const auto described = describe(provider);
  if (!described) co_return fail(provider_not_found(provider));
  const auto read =
      database_.read(loop, [this, scope, provider = *described](store::Session& session) -> Result<ProviderState> {
        return state_in(session, scope, provider);
      });
  co_return co_await read;
}

Task<Result<ProviderState>> Providers::set(base::Loop& loop, model::Principal who, std::string provider,
                                           std::optional<bool> linked, std::optional<bool> enabled) {
  const auto described = describe(provider);
  if (!described) co_return fail(provider_not_found(provider));
  const auto write = database_.write(
      loop,
      [this, who, described = *described, linked, enabled,
       now = loop.clock().wall_us()](store::Session& session) -> Result<ProviderState> {
        store::ProviderKeys keys(session);
        const std::string& name = described.instance;
        auto setting = keys.setting(who.scope, name).value_or(model::ProviderSetting{name, std::nullopt, 0});
        if (enabled) setting.enabled = *enabled;
        if (linked) setting.linked_us = *linked ? now : 0;
        keys.put_setting(who.scope, setting);
        model::Json detail = model::Json::object();
        if (enabled) detail["enabled"] = *enabled;
        if (linked) detail["linked"] = *linked;
        tenancy::write_audit(session, ids_, who, "provider.update", name, detail, now);
        return state_in(session, who.scope, described);
      });
  auto state = co_await write;
  forget();
  co_return state;
}

Task<Result<std::vector<ProviderKeyState>>> Providers::keys(base::Loop& loop, model::Scope scope) {
  const auto read = database_.read(loop, [scope](store::Session& session) -> Result<std::vector<ProviderKeyState>> {
    std::vector<ProviderKeyState> states;
    for (auto& key : store::ProviderKeys(session).list(scope)) {
      const bool set = is_set(session, scope, key.variable);
      states.push_back({std::move(key), set});
    }
    return states;
  });
  co_return co_await read;
}

Task<Result<ProviderKeyState>> Providers::add_key(base::Loop& loop, model::Principal who, NewProviderKey wanted) {
  if (!describe(wanted.provider)) co_return fail(provider_not_found(wanted.provider));
  if (auto good = check_new(wanted); !good) co_return fail(good.error());
  model::ProviderKey key;
  key.id = ids_.make("pky");
  key.provider = wanted.provider;
  key.label = wanted.label;
  key.variable = wanted.variable;
  key.created_by = who.user_id;
  key.created_us = loop.clock().wall_us();
  const auto write =
      database_.write(loop, [this, who, key, wanted](store::Session& session) mutable -> Result<ProviderKeyState> {
        store::ProviderKeys keys(session);
        const auto all = keys.list(who.scope);
        if (all.size() >= kMaxKeys)
          return fail(ErrorKind::ResourceExhausted, "too_many_keys", "an environment has at most 100 provider keys");
        const auto same = [&](const model::ProviderKey& each) { return each.provider == key.provider; };
        const bool exists = std::any_of(all.begin(), all.end(), [&](const model::ProviderKey& each) {
          return same(each) && each.variable == key.variable;
        });
        if (exists) {
          return fail(ErrorKind::Conflict, "provider_key_exists",
                      "variable " + key.variable + " is a key of provider \"" + key.provider + "\" already");
        }
        model::ProviderKey made = key;
        // The first of a provider is its default, whatever is said.
        made.is_default = wanted.is_default || std::none_of(all.begin(), all.end(), same);
        if (made.is_default) keys.clear_default(who.scope, key.provider);
        keys.insert(who.scope, made);
        if (!wanted.value.empty())
          store::EnvironmentVariables(session).put(who.scope, {key.variable, wanted.value, true}, key.created_us);
        tenancy::write_audit(session, ids_, who, "provider_key.create", key.id,
                             {{"provider", key.provider}, {"variable", key.variable}}, key.created_us);
        return ProviderKeyState{made, is_set(session, who.scope, key.variable)};
      });
  auto state = co_await write;
  forget();
  co_return state;
}

Task<Result<ProviderKeyState>> Providers::update_key(base::Loop& loop, model::Principal who, std::string id,
                                                     ProviderKeyPatch patch) {
  const auto write = database_.write(
      loop, [this, who, id, patch, now = loop.clock().wall_us()](store::Session& session) -> Result<ProviderKeyState> {
        store::ProviderKeys keys(session);
        auto key = keys.find(who.scope, id);
        if (!key) return fail(key_not_found(id));
        if (patch.label) key->label = *patch.label;
        if (auto good = check_new({key->provider, key->label, key->variable, "", false}); !good)
          return fail(good.error());
        if (patch.is_default) {
          if (*patch.is_default) keys.clear_default(who.scope, key->provider);
          key->is_default = *patch.is_default;
        }
        keys.update(who.scope, *key);
        tenancy::write_audit(session, ids_, who, "provider_key.update", id, {{"provider", key->provider}}, now);
        return ProviderKeyState{*key, is_set(session, who.scope, key->variable)};
      });
  auto state = co_await write;
  forget();
  co_return state;
}

Task<Result<void>> Providers::remove_key(base::Loop& loop, model::Principal who, std::string id) {
  const auto write =
      database_.write(loop, [this, who, id, now = loop.clock().wall_us()](store::Session& session) -> Result<void> {
        store::ProviderKeys keys(session);
        const auto key = keys.find(who.scope, id);
        if (!key) return fail(key_not_found(id));
        if (const auto pinned = agents_pinned_to(session, who.scope, id); !pinned.empty()) {
          return fail(ErrorKind::Conflict, "provider_key_pinned",
                      "agent \"" + pinned.front() + "\"" +
                          (pinned.size() > 1 ? " and " + std::to_string(pinned.size() - 1) + " more are" : " is") +
                          " bound to this key; change that first");
        }
        keys.remove(who.scope, id);
        tenancy::write_audit(session, ids_, who, "provider_key.remove", id, {{"provider", key->provider}}, now);
        return {};
      });
  auto done = co_await write;
  forget();
  co_return done;
}

}  // namespace platos::agent
