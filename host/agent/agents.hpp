// Agents as a service: create, change, version, delete.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/task.hpp"
#include "model/agent.hpp"
#include "model/scope.hpp"
#include "store/database.hpp"

namespace platos::agent {

/// What a caller may set. Absent members stay, or take their default.
struct AgentPatch {
  std::optional<std::string> name;
  std::optional<std::string> slug;  ///< at creation only
  std::optional<std::string> model;
  std::optional<std::string> system_prompt;
  std::optional<std::vector<std::string>> skills;
  std::optional<std::vector<std::string>> installed_skills;
  std::string attach_skill;  ///< added to the installed skills; empty: none
  std::string detach_skill;  ///< taken from them; empty: none
  std::optional<std::int64_t> max_steps;
  std::optional<std::int64_t> context_limit;
  std::optional<model::HistoryMode> history_mode;
  std::optional<std::int64_t> compact_threshold;
  std::optional<std::string> prompt_blocks_json;  ///< an array; "null" clears it
  std::optional<std::vector<model::DynamicBlock>> dynamic_blocks;
  std::optional<std::map<std::string, bool>> meta_tools;  ///< merged into what is there
  std::optional<std::string> output_schema_json;          ///< "null" clears it
  std::optional<std::string> extraction_policy_json;      ///< "null" clears it
  std::optional<std::string> tools_block_json;            ///< "null" clears it
  std::optional<std::string> context_mapping_json;        ///< "null" clears it
  std::optional<std::int64_t> thinking_budget_tokens;
  std::optional<std::int64_t> max_output_tokens;
  std::optional<std::int64_t> max_turn_tokens;
  std::optional<double> temperature;  ///< below 0 clears it
  std::optional<std::string> provider_key_id;
  std::optional<std::vector<model::ModelRoute>> model_routes;
  std::optional<std::vector<model::RetryRule>> retry_rules;
  std::optional<bool> active;
  std::string version_note;
};

struct AgentPage {
  std::vector<model::Agent> agents;
  std::int64_t total = 0;
};

struct VersionPage {
  std::vector<model::AgentVersion> versions;
  std::string next_cursor;  ///< empty: no more
};

/// Internally synchronised: state is in the database. `loop` is the caller's. What a principal changes is audited in
/// its transaction.
class Agents {
 public:
  Agents(store::Database& database, base::IdMaker& ids) : database_(database), ids_(ids) {}

  /// One transaction: the agent and its version 1. A taken slug given by the caller is Conflict "slug_taken"; one made
  /// from the name gets a suffix. InvalidArgument "invalid_field" names the member.
  Task<Result<model::Agent>> create(base::Loop& loop, model::Principal who, AgentPatch patch);

  /// NotFound "agent_not_found". By id, slug, or the literal "default": the agent with that slug, else the oldest.
  Task<Result<model::Agent>> find(base::Loop& loop, model::Scope scope, std::string id_or_slug);
  Task<Result<AgentPage>> list(base::Loop& loop, model::Scope scope, std::int64_t limit, std::int64_t offset);

  /// A change of behaviour makes a new version; a change of name alone, or no change, does not.
  Task<Result<model::Agent>> update(base::Loop& loop, model::Principal who, std::string id_or_slug, AgentPatch patch);

  /// Keeps the conversations; the agent is not found any more. False when it was not there.
  Task<Result<bool>> remove(base::Loop& loop, model::Principal who, std::string id_or_slug);

  Task<Result<VersionPage>> versions(base::Loop& loop, model::Scope scope, std::string id_or_slug, std::string cursor,
                                     std::int64_t limit);
  /// NotFound "agent_not_found", "version_not_found".
  Task<Result<model::AgentVersion>> version(base::Loop& loop, model::Scope scope, std::string id_or_slug,
                                            std::string version_id);
  /// A new version that is as this one was; none when the agent is so already. Errors: version().
  Task<Result<model::Agent>> roll_back(base::Loop& loop, model::Principal who, std::string id_or_slug,
                                       std::string version_id);

  /// Makes the agent `hello` when the environment has never had one.
  Task<Result<void>> ensure_hello(base::Loop& loop, model::Principal who);

 private:
  store::Database& database_;
  base::IdMaker& ids_;
};

/// The rule of "default" and slugs, for use inside a read or write closure.
std::optional<model::AgentHead> find_agent_head(store::Session& session, const model::Scope& scope,
                                                const std::string& id_or_slug);

Error agent_not_found(std::string_view id_or_slug);
/// A principal that is bound to one agent asked for another.
Error agent_scope_mismatch();

}  // namespace platos::agent
