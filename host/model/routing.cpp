#include "model/routing.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

namespace platos::model {
namespace {

using Trigger = RetryRule::Trigger;
using Action = RetryRule::Action;

constexpr std::size_t kMaxRoutes = 16;
constexpr std::size_t kMaxRules = 16;
constexpr std::int64_t kMaxBackoffMs = 30'000;

constexpr std::array<std::pair<Trigger, std::string_view>, 4> kTriggers = {
    {{Trigger::RateLimit, "rate-limit"},
     {Trigger::TemporaryError, "temporary-error"},
     {Trigger::AuthError, "auth-error"},
     {Trigger::NetworkError, "network-error"}}};
constexpr std::array<std::pair<Action, std::string_view>, 3> kActions = {
    {{Action::Fail, "fail"}, {Action::Retry, "retry"}, {Action::Fallback, "fallback"}}};

template <typename Value, std::size_t Size>
std::string_view word_of(const std::array<std::pair<Value, std::string_view>, Size>& words, Value value) {
  for (const auto& [each, word] : words) {
    if (each == value) return word;
  }
  return "";
}

template <typename Value, std::size_t Size>
Value value_of(const std::array<std::pair<Value, std::string_view>, Size>& words, std::string_view word) {
  for (const auto& [each, name] : words) {
    if (name == word) return each;
  }
  return Value::Unspecified;
}

Result<ModelRoute> read_route(const Json& json) {
  if (!json.is_object()) return fail(invalid_field("modelRoutes", "objects", kind_of(json)));
  const auto label = required_text(json, "label");
  const auto name = required_text(json, "model");
  const auto key = optional_text(json, "providerKeyId");
  const auto is_default = optional_bool(json, "isDefault");
  if (!label) return fail(label.error());
  if (!name) return fail(name.error());
  if (!key) return fail(key.error());
  if (!is_default) return fail(is_default.error());
  if (label->size() > 100 || name->size() > 200)
    return fail(invalid_field("modelRoutes", "labels up to 100 and models up to 200 bytes", "longer ones"));
  return ModelRoute{*label, *name, key->value_or(""), is_default->value_or(false)};
}

Result<RetryRule> read_rule(const Json& json) {
  if (!json.is_object()) return fail(invalid_field("agentRetryConfig.rules", "objects", kind_of(json)));
  const auto trigger = required_text(json, "trigger");
  const auto action = required_text(json, "action");
  if (!trigger) return fail(trigger.error());
  if (!action) return fail(action.error());
  RetryRule rule;
  rule.trigger = value_of(kTriggers, *trigger);
  rule.action = value_of(kActions, *action);
  if (rule.trigger == Trigger::Unspecified)
    return fail(invalid_field("trigger", "rate-limit, temporary-error, auth-error or network-error", *trigger));
  if (rule.action == Action::Unspecified) return fail(invalid_field("action", "fail, retry or fallback", *action));
  const auto count = optional_integer(json, "retryCount", 0, 10);
  const auto backoff = optional_integer(json, "backoffMs", 0, kMaxBackoffMs);
  const auto wait = optional_bool(json, "waitForRetryAfter");
  const auto label = optional_text(json, "fallbackToRouteLabel");
  if (!count) return fail(count.error());
  if (!backoff) return fail(backoff.error());
  if (!wait) return fail(wait.error());
  if (!label) return fail(label.error());
  rule.retry_count = count->value_or(rule.action == Action::Retry ? 2 : 0);
  rule.backoff_ms = backoff->value_or(500);
  rule.wait_for_retry_after = wait->value_or(true);
  rule.fallback_label = label->value_or("");
  if (const auto found = json.find("backoffMultiplier"); found != json.end() && !found->is_null()) {
    if (!found->is_number() || found->get<double>() < 1 || found->get<double>() > 10)
      return fail(invalid_field("backoffMultiplier", "a number from 1 to 10", kind_of(*found)));
    rule.backoff_multiplier = found->get<double>();
  }
  if (rule.action == Action::Fallback && rule.fallback_label.empty())
    return fail(invalid_field("fallbackToRouteLabel", "the label of a route", "none"));
  return rule;
}

const Json& rules_in(const Json& config) {
  static const Json kNone = Json::array();
  if (config.is_array()) return config;
  const auto found = config.is_object() ? config.find("rules") : config.end();
  return found == config.end() || !found->is_array() ? kNone : *found;
}

}  // namespace

Result<std::vector<ModelRoute>> read_model_routes(const Json& list) {
  if (list.is_null()) return std::vector<ModelRoute>();
  if (!list.is_array() || list.size() > kMaxRoutes)
    return fail(invalid_field("modelRoutes", "an array of at most 16 routes", kind_of(list)));
  std::vector<ModelRoute> routes;
  std::set<std::string> labels;
  int defaults = 0;
  for (const auto& each : list) {
    auto route = read_route(each);
    if (!route) return fail(route.error());
    if (!labels.insert(route->label).second)
      return fail(invalid_field("modelRoutes", "labels that differ", "\"" + route->label + "\" twice"));
    defaults += route->is_default ? 1 : 0;
    routes.push_back(std::move(*route));
  }
  if (defaults > 1) return fail(invalid_field("modelRoutes", "at most one default route", std::to_string(defaults)));
  return routes;
}

std::vector<ModelRoute> model_routes_from_json(const Json& list) {
  return read_model_routes(list).value_or(std::vector<ModelRoute>());
}

Json to_json(const std::vector<ModelRoute>& routes) {
  Json list = Json::array();
  for (const auto& route : routes) {
    list.push_back({{"label", route.label},
                    {"model", route.model},
                    {"providerKeyId", route.provider_key_id.empty() ? Json() : Json(route.provider_key_id)},
                    {"isDefault", route.is_default}});
  }
  return list;
}

Result<std::vector<RetryRule>> read_retry_rules(const Json& config) {
  if (config.is_null()) return std::vector<RetryRule>();
  const bool has_rules = config.is_array() || (config.is_object() && config.contains("rules"));
  if (!has_rules || !(config.is_array() || config["rules"].is_array()))
    return fail(invalid_field("agentRetryConfig", "{\"rules\": [...]}", kind_of(config)));
  const Json& list = rules_in(config);
  if (list.size() > kMaxRules)
    return fail(invalid_field("agentRetryConfig.rules", "at most 16", std::to_string(list.size())));
  std::vector<RetryRule> rules;
  for (const auto& each : list) {
    auto rule = read_rule(each);
    if (!rule) return fail(rule.error());
    rules.push_back(std::move(*rule));
  }
  return rules;
}

std::vector<RetryRule> retry_rules_from_json(const Json& json) {
  return read_retry_rules(json).value_or(std::vector<RetryRule>());
}

Json to_json(const std::vector<RetryRule>& rules) {
  Json list = Json::array();
  for (const auto& rule : rules) {
    list.push_back({{"trigger", word_of(kTriggers, rule.trigger)},
                    {"action", word_of(kActions, rule.action)},
                    {"retryCount", rule.retry_count},
                    {"backoffMs", rule.backoff_ms},
                    {"backoffMultiplier", rule.backoff_multiplier},
                    {"waitForRetryAfter", rule.wait_for_retry_after},
                    {"fallbackToRouteLabel", rule.fallback_label.empty() ? Json() : Json(rule.fallback_label)}});
  }
  return {{"rules", std::move(list)}};
}

std::vector<RetryRule> default_retry_rules() {
  return {{Trigger::RateLimit, Action::Retry, 2, 500, 2, true, ""},
          {Trigger::TemporaryError, Action::Retry, 2, 500, 2, true, ""},
          {Trigger::AuthError, Action::Fail, 0, 500, 2, true, ""},
          {Trigger::NetworkError, Action::Retry, 1, 250, 2, true, ""}};
}

Trigger trigger_of(const Error& error) {
  if (error.code == "provider_rate_limited") return Trigger::RateLimit;
  if (error.code == "provider_unauthenticated" || error.code == "provider_permission_denied") return Trigger::AuthError;
  if (error.code == "upstream_unreachable" || error.code == "upstream_cut" || error.code == "upstream_timeout")
    return Trigger::NetworkError;
  return error.retryable ? Trigger::TemporaryError : Trigger::Unspecified;
}

}  // namespace platos::model
