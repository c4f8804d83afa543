// Which models a call may go to, in which order, and after which failures.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "model/routing.hpp"

namespace platos::agent {

/// The routes and rules of one agent's version. Immutable.
struct ModelPlan {
  model::ModelRoute primary;
  std::vector<model::ModelRoute> routes;  ///< by label: where fallbacks lead
  std::vector<model::RetryRule> rules;    ///< empty: the host's own
};

/// The chosen label first, then the default route, then the agent's model.
ModelPlan plan_of(const model::AgentConfig& config);
/// A model on its own.
ModelPlan plan_of(std::string model_name);

/// What is done after a failure.
struct NextMove {
  enum class Kind { Unspecified, GiveUp, Retry, Fallback } kind = Kind::GiveUp;
  std::int64_t wait_ms = 0;      ///< before a retry
  model::ModelRoute route = {};  ///< of a fallback
};

/// Goes through a plan's rules as failures come; never twice to the same route. A value of one call.
class PlanWalker {
 public:
  /// `defaults` hold for triggers that the plan has no rule about.
  PlanWalker(const ModelPlan& plan, std::vector<model::RetryRule> defaults, std::int64_t max_wait_ms);

  NextMove after(const Error& error);
  /// The route of the first fallback that was not taken yet: for a primary that is known to be down.
  std::optional<model::ModelRoute> next_fallback();

 private:
  std::optional<model::ModelRoute> take_fallback(std::size_t rule);

  std::vector<model::ModelRoute> routes_;
  std::vector<model::RetryRule> rules_;
  std::vector<std::int64_t> used_;  // of each rule
  std::set<std::string> gone_to_;   // labels
  std::int64_t max_wait_ms_;
};

/// Internally synchronised. Remembers which models fail again and again: after 5 failures in a row one is passed over
/// for 30 s, where there is another to go to; then the next call tries it.
class Breakers {
 public:
  bool is_open(const std::string& key, std::int64_t now_us) const;
  void note_success(const std::string& key);
  void note_failure(const std::string& key, std::int64_t now_us);

 private:
  struct State {
    int failures = 0;
    std::int64_t open_until_us = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, State> states_;  // only of what failed
};

}  // namespace platos::agent
