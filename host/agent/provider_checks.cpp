#include "agent/provider_checks.hpp"

#include <algorithm>
#include <utility>

#include "agent/model_plan.hpp"
#include "base/task_set.hpp"
#include "egress/exchange_driver.hpp"
#include "model/chat.hpp"
#include "store/agents.hpp"

namespace platos::agent {
namespace {

constexpr std::int64_t kAskUs = 10'000'000;
constexpr std::int64_t kWellUs = 300'000'000;
constexpr std::int64_t kIllUs = 60'000'000;
constexpr std::int64_t kFewTokens = 16;  // some vendors take no smaller limit
constexpr std::int64_t kMaxAgents = 1000;

/// An answer that nobody reads.
class Unheard final : public ports::ChatSink {
 public:
  Result<void> on_text(std::string_view) override { return {}; }
  Result<void> on_reasoning(std::string_view) override { return {}; }
  Result<void> on_tool_begin(int, std::string_view, std::string_view) override { return {}; }
  Result<void> on_tool_args(int, std::string_view) override { return {}; }
  Result<void> on_tool_end(int) override { return {}; }
  Result<void> on_usage(const model::Usage&) override { return {}; }
  Result<void> on_stop(model::StopReason) override { return {}; }
  Result<void> on_extra(std::string_view) override { return {}; }
};

Task<Result<bool>> codec_wait(base::Loop& loop, std::int64_t wait_ms, base::CancelToken cancel) {
  const bool elapsed = co_await base::sleep_for(loop, wait_ms * 1000, cancel);
  co_return elapsed;
}

std::string status_of(const Error& error) {
  if (model::trigger_of(error) == model::RetryRule::Trigger::AuthError) return "invalid_key";
  return error.code == "secret_unbound" || error.code == "provider_disabled" ? "not_configured" : "error";
}

struct Obstacle {
  std::string code;
  std::string reason;
};

/// A key that the agent is bound to goes before whatever else the environment has.
Obstacle key_obstacle(const std::string& key_id, const ProviderState& provider,
                      const std::vector<ProviderKeyState>& keys) {
  const std::string& name = provider.provider.instance;
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const ProviderKeyState& each) { return each.key.id == key_id; });
  if (key == keys.end() || key->key.provider != name)
    return {"provider_key_missing", "the key that the agent is bound to is no key of provider \"" + name + "\""};
  if (key->variable_set) return {};
  return {"secret_unbound", "provider \"" + name + "\" has no key here: set " + key->key.variable};
}

Obstacle obstacle_of(const std::string& instance, const std::string& key_id,
                     const std::vector<ProviderState>& providers, const std::vector<ProviderKeyState>& keys) {
  const auto found = std::find_if(providers.begin(), providers.end(),
                                  [&](const ProviderState& state) { return state.provider.instance == instance; });
  if (found == providers.end()) return {"unknown_instance", "there is no provider \"" + instance + "\""};
  if (!found->provider.problem.empty()) return {"plugin_failed", found->provider.problem};
  if (!found->enabled && found->ready)
    return {"provider_disabled", "provider \"" + instance + "\" is switched off in this environment"};
  if (!key_id.empty()) return key_obstacle(key_id, *found, keys);
  if (found->ready) return {};
  std::string missing;
  for (const auto& variable : found->required) {
    if (!variable.set) missing += (missing.empty() ? ": set " : ", ") + variable.name;
  }
  return {"secret_unbound", "provider \"" + instance + "\" has no key here" + missing};
}

AgentReadiness readiness_of(const model::Agent& agent, const std::vector<ProviderState>& providers,
                            const std::vector<ProviderKeyState>& keys, const Models& models) {
  const auto primary = plan_of(agent.config).primary;
  auto obstacle = obstacle_of(models.split(primary.model).instance, primary.provider_key_id, providers, keys);
  return {agent.id, agent.slug, agent.name, primary.model, std::move(obstacle.code), std::move(obstacle.reason)};
}

}  // namespace

Task<Result<void>> ProviderChecks::ask(base::Loop& loop, model::Scope scope, std::string provider, std::string model) {
  const auto linked = co_await providers_.link(loop, scope, provider, "");
  if (!linked) co_return fail(linked.error());
  model::ChatRequest request;
  request.model = std::move(model);
  request.max_output_tokens = kFewTokens;
  model::ChatMessage message;
  message.text = "Say OK.";
  request.messages.push_back(std::move(message));
  ports::CallContext context;
  context.scope = scope;
  context.deadline_us = loop.clock().monotonic_us() + kAskUs;
  Unheard sink;
  auto exchange = (*linked)->begin(context, model::encode(request), sink);
  if (!exchange) co_return fail(exchange.error());
  base::CancelSource too_long;
  const auto timer = loop.call_after(kAskUs, [&too_long] { too_long.cancel("deadline"); });
  struct Disarm {
    base::Loop& loop;
    base::Loop::TimerId timer;
    ~Disarm() { loop.cancel(timer); }
  };
  const Disarm disarm{loop, timer};
  egress::DriveOptions drive{
      **linked, [&loop, &too_long](std::int64_t wait_ms) { return codec_wait(loop, wait_ms, too_long.token()); }, {}};
  co_return co_await egress::drive(client_of_(loop), **exchange, std::move(drive), too_long.token());
}

Task<Result<ProviderHealth>> ProviderChecks::check(base::Loop& loop, model::Scope scope, std::string provider) {
  const std::string name = scope.environment_id + '/' + provider;
  const std::int64_t started_us = loop.clock().monotonic_us();
  const std::uint64_t generation = providers_.generation();
  const auto state = co_await providers_.state(loop, scope, provider);
  if (!state) co_return fail(state.error());
  ProviderHealth health;
  health.provider = provider;
  health.required = state->required;
  health.status = "not_configured";
  if (!state->ready) co_return health;
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(name);
    const bool holds = known != known_.end() && known->second.generation == generation;
    if (holds && known->second.until_us > started_us) co_return known->second.health;
  }
  const auto models = models_.models_of(provider);
  if (models.empty()) {
    health.status = "error";
    health.code = "no_model";
    health.error = "no model of this provider is known that could be asked";
    co_return health;
  }
  health.model = models.front();
  const auto asked = co_await ask(loop, scope, provider, models_.split(health.model).model);
  health.latency_ms = (loop.clock().monotonic_us() - started_us) / 1000;
  health.status = asked ? "healthy" : status_of(asked.error());
  if (!asked) {
    health.code = asked.error().code;
    health.error = asked.error().message;
  }
  const std::lock_guard lock(mutex_);
  known_[name] = {health, loop.clock().monotonic_us() + (asked ? kWellUs : kIllUs), generation};
  co_return health;
}

Task<Result<std::vector<ProviderHealth>>> ProviderChecks::check_all(base::Loop& loop, model::Scope scope) {
  const auto states = co_await providers_.states(loop, scope);
  if (!states) co_return fail(states.error());
  base::TaskSet set(loop, [](std::string_view, std::exception_ptr) {});
  std::vector<Task<Result<ProviderHealth>>> checks;
  for (const auto& state : *states) checks.push_back(check(loop, scope, state.provider.instance));
  auto answers = co_await base::when_all(loop, set, std::move(checks));
  std::vector<ProviderHealth> all;
  for (auto& answer : answers) {
    if (!answer) co_return fail(answer.error());
    all.push_back(std::move(*answer));
  }
  co_return all;
}

Task<Result<Checklist>> ProviderChecks::checklist(base::Loop& loop, model::Scope scope) {
  auto states = co_await providers_.states(loop, scope);
  if (!states) co_return fail(states.error());
  const auto keys = co_await providers_.keys(loop, scope);
  if (!keys) co_return fail(keys.error());
  const auto read = database_.read(loop, [scope](store::Session& session) -> Result<std::vector<model::Agent>> {
    return store::Agents(session).list(scope, kMaxAgents, 0);
  });
  const auto agents = co_await read;
  if (!agents) co_return fail(agents.error());
  Checklist list;
  for (const auto& agent : *agents) list.agents.push_back(readiness_of(agent, *states, *keys, models_));
  list.providers = std::move(*states);
  co_return list;
}

}  // namespace platos::agent
