#include "agent/model_plan.hpp"

#include <algorithm>
#include <cmath>

namespace platos::agent {
namespace {

using model::ModelRoute;
using model::RetryRule;

constexpr int kFailuresToOpen = 5;
constexpr std::int64_t kOpenUs = 30'000'000;
constexpr std::size_t kMaxStates = 10'000;

const ModelRoute* find_route(const std::vector<ModelRoute>& routes, const std::string& label) {
  const auto found =
      std::find_if(routes.begin(), routes.end(), [&](const ModelRoute& route) { return route.label == label; });
  return found == routes.end() ? nullptr : &*found;
}

std::int64_t wait_of(const RetryRule& rule, std::int64_t earlier, const Error& error) {
  if (rule.wait_for_retry_after && error.retry_after_ms > 0) return error.retry_after_ms;
  return static_cast<std::int64_t>(static_cast<double>(rule.backoff_ms) *
                                   std::pow(rule.backoff_multiplier, static_cast<double>(earlier)));
}

}  // namespace

ModelPlan plan_of(const model::AgentConfig& config) {
  ModelPlan plan;
  plan.routes = config.model_routes;
  plan.rules = config.retry_rules;
  plan.primary = {"", config.model, config.provider_key_id, true};
  const auto by_default =
      std::find_if(plan.routes.begin(), plan.routes.end(), [](const ModelRoute& route) { return route.is_default; });
  if (by_default != plan.routes.end()) plan.primary = *by_default;
  if (const auto* chosen = find_route(plan.routes, config.chosen_route)) plan.primary = *chosen;
  return plan;
}

ModelPlan plan_of(std::string model_name) {
  ModelPlan plan;
  plan.primary.model = std::move(model_name);
  return plan;
}

PlanWalker::PlanWalker(const ModelPlan& plan, std::vector<RetryRule> defaults, std::int64_t max_wait_ms)
    : routes_(plan.routes), rules_(plan.rules), max_wait_ms_(max_wait_ms) {
  for (auto& rule : defaults) {
    const bool covered = std::any_of(plan.rules.begin(), plan.rules.end(),
                                     [&](const RetryRule& own) { return own.trigger == rule.trigger; });
    if (!covered) rules_.push_back(std::move(rule));
  }
  used_.resize(rules_.size());
  gone_to_.insert(plan.primary.label);
}

std::optional<ModelRoute> PlanWalker::take_fallback(std::size_t rule) {
  const ModelRoute* route = find_route(routes_, rules_[rule].fallback_label);
  if (route == nullptr || !gone_to_.insert(route->label).second) return std::nullopt;
  // The new route gets its own tries.
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (rules_[i].action == RetryRule::Action::Retry) used_[i] = 0;
  }
  return *route;
}

NextMove PlanWalker::after(const Error& error) {
  const auto trigger = model::trigger_of(error);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const RetryRule& rule = rules_[i];
    if (rule.trigger != trigger || trigger == RetryRule::Trigger::Unspecified) continue;
    if (rule.action == RetryRule::Action::Fail) return {};
    if (rule.action == RetryRule::Action::Fallback) {
      if (auto route = take_fallback(i)) return {NextMove::Kind::Fallback, 0, std::move(*route)};
      continue;
    }
    // A quota that is used up does not come back for waiting.
    if (!error.retryable || used_[i] >= rule.retry_count) continue;
    const std::int64_t wait_ms = wait_of(rule, used_[i], error);
    if (wait_ms > max_wait_ms_) continue;
    ++used_[i];
    return {NextMove::Kind::Retry, wait_ms, {}};
  }
  return {};
}

std::optional<ModelRoute> PlanWalker::next_fallback() {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (rules_[i].action != RetryRule::Action::Fallback) continue;
    if (auto route = take_fallback(i)) return route;
  }
  return std::nullopt;
}

bool Breakers::is_open(const std::string& key, std::int64_t now_us) const {
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(key);
  return found != states_.end() && found->second.open_until_us > now_us;
}

void Breakers::note_success(const std::string& key) {
  const std::lock_guard lock(mutex_);
  states_.erase(key);
}

void Breakers::note_failure(const std::string& key, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (states_.size() >= kMaxStates) states_.clear();
  State& state = states_[key];
  if (++state.failures >= kFailuresToOpen) state.open_until_us = now_us + kOpenUs;
}

}  // namespace platos::agent
