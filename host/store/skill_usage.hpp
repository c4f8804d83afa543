// What calls of skills' tools used and cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "model/tool_costs.hpp"
#include "store/session.hpp"

namespace platos::store {

struct SkillUsageRow {
  std::string id;  ///< of the call
  std::string run_id;
  std::string thread_id;
  std::string agent_id;
  std::string user_id;
  std::string skill;
  std::string tool;  ///< as the skill calls it
  bool failed = false;
  model::ToolUsage usage;
  std::int64_t latency_us = 0;
  std::int64_t created_us = 0;
};

struct SkillUsageSum {
  std::string key;  ///< skill, "skill/tool", agent, provider, or "2026-11-23" (UTC)
  std::int64_t calls = 0;
  std::int64_t failures = 0;
  std::int64_t input_units = 0;
  std::int64_t output_units = 0;
  std::int64_t cost_micro_usd = 0;
  std::int64_t latency_us = 0;  ///< of all calls together
};

/// A view on a session; made where it is used. Throws SqlError.
class SkillUsage {
 public:
  explicit SkillUsage(Session& session) : session_(session) {}

  /// A call whose id is there already is left as it is: a step was done again. Usable inside a run's store closure.
  void add(const model::Scope& scope, const SkillUsageRow& row);

  enum class By { Unspecified, Skill, Tool, Agent, Provider, Day };
  /// Of the calls from `from_us` up to `to_us`, the dearest first; days in their order.
  std::vector<SkillUsageSum> sums(const model::Scope& scope, By by, std::int64_t from_us, std::int64_t to_us,
                                  std::int64_t limit);

 private:
  Session& session_;
};

}  // namespace platos::store
