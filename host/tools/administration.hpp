// What people do about tools: look at them, set what may be done with them, say what became of calls.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "store/tool_audit.hpp"
#include "store/tool_calls.hpp"
#include "tools/catalogue.hpp"

namespace platos::tools {

/// Absent members stay; Unspecified and 0 take back what was set.
struct SettingPatch {
  std::optional<bool> enabled;
  std::optional<model::Permission> permission;
  std::optional<model::Effect> effect;
  std::optional<std::int64_t> timeout_ms;
};

/// What may be done with each tool by one agent.
struct AgentTools {
  std::string agent_id;
  std::string slug;
  std::string problem;                                    ///< why its tools cannot be told; empty: they can
  std::map<std::string, model::ToolVerdict> permissions;  ///< by model name
};

/// What proposed rules would have said of past calls of one tool.
struct RuleChange {
  std::string tool;
  std::int64_t calls = 0;
  model::Permission now = model::Permission::AutoAllow;
  model::Permission proposed = model::Permission::AutoAllow;
  std::vector<std::string> call_ids;  ///< the newest few
};
struct DryRun {
  std::int64_t considered = 0;  ///< calls
  std::int64_t unknown = 0;     ///< of tools that are not there any more
  std::vector<RuleChange> changes;
};

/// Internally synchronised: state is in the database. Whatever changes something is audited in the same transaction.
class Administration {
 public:
  Administration(const Catalogue& catalogue, RuleBook& rules, store::Database& database, base::IdMaker& ids,
                 const ports::PluginDirectory& plugins)
      : catalogue_(catalogue), rules_(rules), database_(database), ids_(ids), plugins_(plugins) {}

  /// All tools that an agent of the environment may have: what its agents' skills and installed packages offer, what is
  /// connected there, and meta-tools. Skills that cannot be used now are left out.
  Task<Result<std::vector<ListedTool>>> list(base::Loop& loop, model::Scope scope);
  /// By model name, or by "<instance>/<name>". NotFound "tool_not_found".
  Task<Result<ListedTool>> find(base::Loop& loop, model::Scope scope, std::string tool);
  /// By id or slug. NotFound "agent_not_found".
  Task<Result<model::Agent>> agent(base::Loop& loop, model::Scope scope, std::string id_or_slug);
  /// Of one agent, with what its configuration says. NotFound "agent_not_found".
  Task<Result<std::vector<ListedTool>>> list_of_agent(base::Loop& loop, model::Scope scope, std::string agent);
  /// The newest 50 agents.
  Task<Result<std::vector<AgentTools>>> matrix(base::Loop& loop, model::Scope scope);

  /// NotFound "tool_not_found"; ResourceExhausted "too_many_settings" (5,000 of an environment); InvalidArgument
  /// "invalid_field" for a time limit over 10 minutes.
  Task<Result<ListedTool>> change(base::Loop& loop, model::Principal who, std::string tool, SettingPatch patch);

  Task<Result<std::vector<model::ToolRule>>> rules(base::Loop& loop, model::Scope scope);
  Task<Result<void>> set_rules(base::Loop& loop, model::Principal who, std::vector<model::ToolRule> rules);
  /// What the newest `limit` calls of the audit since then would have met under `rules` in place of the present ones.
  Task<Result<DryRun>> dry_run(base::Loop& loop, model::Scope scope, std::vector<model::ToolRule> rules,
                               std::int64_t since_us, std::int64_t limit);

  /// Calls of the effect ledger whose outcome nobody knows.
  Task<Result<std::vector<store::LedgerRow>>> unknown_outcomes(base::Loop& loop, model::Scope scope, std::string run_id,
                                                               std::int64_t limit);
  /// A person says how such a call ended: "succeeded" or "failed". NotFound "tool_call_not_found"; Conflict
  /// "outcome_known" when it was not unknown (any more).
  Task<Result<store::LedgerRow>> settle(base::Loop& loop, model::Principal who, std::string run_id, std::string call_id,
                                        bool succeeded, std::string result_json);

 private:
  Task<Result<model::AgentConfig>> environment_config(base::Loop& loop, model::Scope scope);

  const Catalogue& catalogue_;
  RuleBook& rules_;
  store::Database& database_;
  base::IdMaker& ids_;
  const ports::PluginDirectory& plugins_;
};

Error tool_not_found(std::string_view tool);
/// By model name, or by "<instance>/<name>".
bool is_named(const ListedTool& each, std::string_view name);

}  // namespace platos::tools
