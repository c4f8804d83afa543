#include "agent/providers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "store/end_users.hpp"
#include "store/provider_keys.hpp"

namespace platos::agent {
namespace {

using ports::ChatProvider;
using ports::ProviderDescription;

constexpr std::int64_t kRememberUs = 5'000'000;
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::size_t kMaxKnown = 10'000;

std::string value_of(store::Session& session, const model::Scope& scope, const std::string& name) {
  if (name.empty()) return {};
  const auto variable = store::EnvironmentVariables(session).find(scope, name);
  return variable ? variable->value : std::string();
}

Error disabled(const std::string& provider) {
  return {ErrorKind::FailedPrecondition,
          "provider_disabled",
          "provider \"" + provider + "\" is switched off in this environment",
          false,
          0,
          {}};
}

}  // namespace

/// What the environment has for an instance.
struct Providers::Found {
  std::optional<model::ProviderKey> key;
  ports::ProviderLink link;
};

void Providers::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  known_.clear();
}

std::uint64_t Providers::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

std::optional<ProviderDescription> Providers::describe(const std::string& provider) const {
  const auto all = directory_.providers();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const ProviderDescription& each) { return each.instance == provider; });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

Result<std::shared_ptr<ChatProvider>> Providers::connect(const std::string& instance, const Found& found) const {
  if (found.link.secrets.empty() && found.link.base_url.empty()) return plugins_.provider(instance);
  return directory_.linked_provider(instance, found.link);
}

Task<Result<std::shared_ptr<ChatProvider>>> Providers::link(base::Loop& loop, model::Scope scope, std::string instance,
                                                            std::string key_id) {
  const std::string name = scope.environment_id + '/' + instance + '/' + key_id;
  const std::int64_t now_us = loop.clock().monotonic_us();
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(name);
    if (known != known_.end() && known->second.until_us > now_us) co_return known->second.provider;
    generation = generation_;
  }
  const auto described = describe(instance);
  // Not a provider that tenants could have keys for; the directory says what is wrong, if anything is.
  if (!described) co_return plugins_.provider(instance);
  const auto read =
      database_.read(loop, [scope, key_id, provider = *described](store::Session& session) -> Result<Found> {
        store::ProviderKeys keys(session);
        const auto setting = keys.setting(scope, provider.instance);
        if (setting && setting->enabled && !*setting->enabled) return fail(disabled(provider.instance));
        Found found;
        found.key = key_id.empty() ? keys.find_default(scope, provider.instance) : keys.find(scope, key_id);
        if (!key_id.empty() && (!found.key || found.key->provider != provider.instance)) {
          return fail(ErrorKind::FailedPrecondition, "provider_key_missing",
                      "the key that the agent is bound to is no key of provider \"" + provider.instance + "\"");
        }
        for (const auto& [slot, variable] : provider.secrets) {
          const bool by_key = found.key && slot == provider.secrets.begin()->first;
          const std::string& holder = by_key ? found.key->variable : variable;
          std::string value = value_of(session, scope, holder);
          if (value.empty() && by_key) {
            return fail(ErrorKind::FailedPrecondition, "secret_unbound",
                        "provider \"" + provider.instance + "\": variable " + holder +
                            ", which holds its key, is not set in this environment");
          }
          if (!value.empty()) found.link.secrets.emplace(slot, std::move(value));
        }
        found.link.base_url = value_of(session, scope, provider.base_url_variable);
        return found;
      });
  auto found = co_await read;
  if (!found) co_return fail(found.error());
  auto provider = connect(instance, *found);
  for (auto& [slot, value] : found->link.secrets) base::wipe(value);
  if (!provider) co_return provider;
  if (found->key) note_use(loop, scope, *found->key);
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  if (generation == generation_) known_[name] = {*provider, now_us + kRememberUs};
  co_return provider;
}

// Nobody waits for it, and nothing depends on it.
void Providers::note_use(base::Loop& loop, const model::Scope& scope, const model::ProviderKey& key) {
  const std::int64_t now_us = loop.clock().wall_us();
  if (now_us - key.last_used_us < kMinuteUs) return;
  (void)database_.write(loop, [scope, id = key.id, now_us](store::Session& session) -> Result<void> {
    store::ProviderKeys(session).note_use(scope, id, now_us);
    return {};
  });
}

}  // namespace platos::agent
