// What model calls used and cost.
#pragma once

#include <cstdint>
#include <string>

#include <vector>
#include "model/scope.hpp"

#include "model/usage.hpp"
#include "store/session.hpp"

namespace platos::store {

struct UsageRow {
  std::string run_id;
  std::string purpose;  ///< "turn", "compaction" ...
  std::string model;    ///< "instance:model"
  std::string agent_id;
  std::string user_id;
  model::Usage usage;
  std::int64_t created_us = 0;
};

struct UsageSum {
  std::string key;  ///< agent, "instance:model", user, or "2026-11-23" (UTC)
  std::int64_t runs = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cost_micro_usd = 0;  ///< of those whose cost is known
  std::int64_t unknown_costs = 0;   ///< records without one
};

/// A view on a session; made where it is used. Throws SqlError.
class UsageRecords {
 public:
  explicit UsageRecords(Session& session) : session_(session) {}

  /// One row a run, purpose and model; written once, with the run's end.
  void insert(const model::Scope& scope, const UsageRow& row);

  enum class By { Unspecified, Agent, Model, User, Day };
  /// What the records from `from_us` up to `to_us` add up to, the dearest first; days in their order.
  std::vector<UsageSum> sums(const model::Scope& scope, By by, std::int64_t from_us, std::int64_t to_us,
                             std::int64_t limit);

 private:
  Session& session_;
};

}  // namespace platos::store
