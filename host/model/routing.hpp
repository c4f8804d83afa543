// Which model an agent speaks with, and what is done when a call fails.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/json.hpp"

namespace platos::model {

/// One of the models that an agent may speak with.
struct ModelRoute {
  std::string label;
  std::string model;            ///< "instance:model"
  std::string provider_key_id;  ///< empty: the environment's default key
  bool is_default = false;

  bool operator==(const ModelRoute&) const = default;
};

/// What is done when a model call fails in a certain way.
struct RetryRule {
  enum class Trigger { Unspecified, RateLimit, TemporaryError, AuthError, NetworkError } trigger = Trigger::Unspecified;
  enum class Action { Unspecified, Fail, Retry, Fallback } action = Action::Fail;
  std::int64_t retry_count = 0;
  std::int64_t backoff_ms = 500;
  double backoff_multiplier = 2;
  bool wait_for_retry_after = true;
  std::string fallback_label;  ///< of a route

  bool operator==(const RetryRule&) const = default;
};

/// [{label, model, providerKeyId, isDefault}]. InvalidArgument "invalid_field": labels are not empty and differ, at
/// most one is the default, at most 16.
Result<std::vector<ModelRoute>> read_model_routes(const Json& list);
std::vector<ModelRoute> model_routes_from_json(const Json& list);
Json to_json(const std::vector<ModelRoute>& routes);

/// {"rules": [{trigger, action, retryCount?, backoffMs?, backoffMultiplier?, waitForRetryAfter?,
/// fallbackToRouteLabel?}]}. InvalidArgument "invalid_field".
Result<std::vector<RetryRule>> read_retry_rules(const Json& config);
/// The same for what was checked before.
std::vector<RetryRule> retry_rules_from_json(const Json& json);
Json to_json(const std::vector<RetryRule>& rules);

/// What holds when an agent has no rules of its own.
std::vector<RetryRule> default_retry_rules();
/// What kind of failure an error of a provider is; Unspecified: none that a rule can be about.
RetryRule::Trigger trigger_of(const Error& error);

}  // namespace platos::model
