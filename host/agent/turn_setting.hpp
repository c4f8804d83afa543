// What a turn works with besides its own journal: the agent's version, the thread's history, what is remembered.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "memory/recall.hpp"
#include "model/agent.hpp"
#include "model/chat.hpp"
#include "model/json_schema.hpp"
#include "model/tool_rules.hpp"
#include "store/database.hpp"

namespace platos::agent {

/// What a caller sets for one turn in place of what its agent's version says. Empty and absent members change nothing.
struct TurnOverrides {
  std::string model;        ///< "instance:model"
  std::string model_label;  ///< of one of the agent's routes
  std::string system_prompt;
  std::optional<std::int64_t> max_steps;
  std::optional<std::int64_t> context_limit;
  model::HistoryMode history_mode = model::HistoryMode::Unspecified;
  std::string retry_rules_json;

  bool operator==(const TurnOverrides&) const = default;
  bool empty() const { return *this == TurnOverrides(); }
};
TurnOverrides turn_overrides_from_json(const model::Json& json);
model::Json to_json(const TurnOverrides& overrides);

/// What the caller of a turn gave besides the message; read from the run's input.
struct TurnInput {
  std::string message;
  std::string message_id;
  std::map<std::string, std::string> dynamic_blocks;  ///< by key; undeclared keys are not used
  std::string output_schema_json;                     ///< empty: the agent's
  TurnOverrides overrides;
  std::string reply_to_id;  ///< not empty: the turn hangs on this message
  std::string traceparent;
  std::string session_json;  ///< what the caller's backend says of the session, an object; empty: nothing
  std::string user_token;    ///< for the customer's tools alone; never in prompts, logs or traces
  model::AllowedTools allowed_tools;
  std::string profile_json;  ///< name and email of the user, as their token says; empty: it says nothing
};
TurnInput turn_input_from_json(std::string_view json);
std::string to_json(const TurnInput& input);

struct TurnSetting {
  std::shared_ptr<const model::AgentVersion> version;
  std::vector<model::ChatMessage> history;
  std::optional<std::int64_t> revision;
  std::string summary;  ///< of what is older than the history
  std::string recalled;
  std::string skills_block;  ///< the agent's installed skills, behind its prompt; empty: none
  TurnInput input;
  std::shared_ptr<const model::JsonSchema> output_schema;  ///< null: free text
  std::string output_schema_json;
  std::string prompt_context_json;  ///< what {{ }} in the prompt may name: "user" (id, name, email, current_time),
                                    ///< "session", its keys
  std::string tool_context_json;    ///< what a mapping of arguments may name: the same without "session"
  std::string tools_prompt;         ///< what the prompt says of tools; empty: nothing

  const model::AgentConfig& config() const { return version->config; }
};

/// What the store knows of a turn's setting.
struct StoredSetting {
  std::shared_ptr<const model::AgentVersion> version;
  std::vector<model::ChatMessage> history;
  std::string summary;
  std::optional<std::int64_t>
      revision;  ///< of the thread, this turn counted; none when others may have changed it since
};

/// What makes a turn's setting another than that of its thread and agent.
struct SettingChange {
  std::string reply_to_id;
  TurnOverrides overrides;
};

/// Internally synchronised: a cache of agent versions, which never change.
class SettingLoader {
 public:
  explicit SettingLoader(store::Database& database) : database_(database) {}

  /// For use inside a read closure. Of `run` are needed scope, user, thread, id and version; an empty thread has no
  /// messages.
  Result<StoredSetting> read(store::Session& session, const model::RunRecord& run, const SettingChange& change);

  /// A version that was read before; null: not known.
  std::shared_ptr<const model::AgentVersion> known_version(const std::string& version_id) const;

  /// What was read while a fresh turn was being accepted: its load() then need not ask the store again.
  void offer(const std::string& run_id, StoredSetting stored);
  void withdraw(const std::string& run_id);

  /// Reads version and history in one go. NotFound "agent_not_found"; InvalidArgument "invalid_schema" when the output
  /// schema is none.
  Task<Result<TurnSetting>> load(engine::Run& run, TurnInput input);

 private:
  Task<Result<StoredSetting>> stored(engine::Run& run, const TurnInput& input);
  Task<Result<model::Json>> profile_of(engine::Run& run);
  void load_history(store::Session& session, const model::RunRecord& run, StoredSetting& loaded);
  Result<std::shared_ptr<const model::AgentVersion>> version(store::Session& session, const model::Scope& scope,
                                                             const std::string& version_id);

  store::Database& database_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const model::AgentVersion>> versions_;
  std::map<std::string, StoredSetting> offered_;  // by run
};

}  // namespace platos::agent
