// Agents, threads and messages as data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/json.hpp"
#include "model/routing.hpp"

namespace platos::model {

/// A part of the prompt that callers fill in by its key.
struct DynamicBlock {
  std::string key;
  std::string name;
  std::string default_content;
  std::int64_t order = 0;

  bool operator==(const DynamicBlock&) const = default;
};

enum class HistoryMode { Unspecified, Rolling, Compact };

/// What an agent does: everything that is versioned. Immutable once it is a version.
struct AgentConfig {
  std::string model;  ///< "instance:model"
  std::string system_prompt;
  std::vector<std::string> skills;            ///< skill instances
  std::vector<std::string> installed_skills;  ///< slugs of packages that the environment has
  std::int64_t max_steps = 20;
  std::int64_t context_limit = 20;  ///< earlier messages that the model sees
  HistoryMode history_mode = HistoryMode::Rolling;
  std::int64_t compact_threshold = 40;       ///< messages of a thread before its older part is summarised
  std::string prompt_blocks_json;            ///< an array; empty: none. system_prompt is made of it
  std::vector<DynamicBlock> dynamic_blocks;  ///< by order
  std::map<std::string, bool> meta_tools;    ///< what differs from the defaults
  std::string output_schema_json;            ///< a JSON Schema of every answer; empty: none
  std::string extraction_policy_json;        ///< empty: memory is on, with defaults
  std::string tools_block_json;              ///< see ToolsBlock; empty: all tools, all shown
  std::string context_mapping_json;          ///< see ContextMapping; empty: models fill in all arguments
  std::int64_t thinking_budget_tokens = 0;   ///< 0: no thinking is asked for
  std::int64_t max_output_tokens = 0;        ///< of one model call; 0: the provider's
  std::optional<double> temperature;
  std::int64_t max_turn_tokens = 0;  ///< input and output of all steps; 0: no limit
  std::string provider_key_id;       ///< the key of `model`; empty: the environment's default
  std::vector<ModelRoute> model_routes;
  std::string chosen_route;            ///< label; empty: the default one, or `model` when there is none
  std::vector<RetryRule> retry_rules;  ///< empty: the defaults
  std::string agent_id = {};           ///< whose it is, as it was read; no part of the snapshot; empty: nobody's

  /// Whether the agent may use a meta-tool, such as "remember".
  bool meta_tool(const std::string& name) const;
  /// False when the extraction policy switches memory off.
  bool remembers() const;
  bool operator==(const AgentConfig&) const = default;
};

Json to_json(const AgentConfig& config);  ///< camelCase: it is the snapshot that clients see
AgentConfig agent_config_from_json(const Json& json);

struct Agent {
  std::string id;
  std::string slug;
  std::string name;
  bool active = true;
  std::string version_id;
  std::int64_t version_number = 1;
  AgentConfig config;
  std::int64_t thread_count = 0;
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
};

/// What leads from an agent's name to what it does.
struct AgentHead {
  std::string id;
  std::string slug;
  bool active = true;
  std::string version_id;
};

struct AgentVersion {
  std::string id;
  std::string agent_id;
  std::int64_t number = 1;
  std::string created_by;
  std::string note;
  AgentConfig config;
  std::int64_t created_us = 0;
};

struct Thread {
  std::string id;
  std::string agent_id;
  std::string user_id;
  std::string title;  ///< empty: none
  std::string state = "active";
  std::int64_t turn_count = 0;
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
  std::int64_t archived_us = 0;  ///< 0: not archived
  std::string summary;           ///< of the messages up to and with the next two; empty: none
  std::int64_t summary_until_us = 0;
  std::string summary_until_id;
  std::vector<std::string> tags;
  std::int64_t pinned_us = 0;  ///< 0: not pinned
  std::string parent_id;       ///< of a fork: the thread it was made of, and the last message of that
  std::string forked_from_id;
  std::int64_t revision = 0;  ///< rises with each accepted turn, and with whatever else changes what a turn reads
};

struct Message {
  std::string id;
  std::string thread_id;
  std::string run_id;
  std::string role;   ///< user, assistant
  std::string state;  ///< pending, active, blocked, edited_out
  std::string content;
  std::string thinking;
  std::string tool_calls_json;  ///< array of {type: call|result, ...}; empty: none
  std::string response_json;    ///< of an assistant; empty: none
  std::int64_t created_us = 0;
  std::string reply_to_id = {};     ///< of a reply: the message it hangs on
  std::int64_t reply_count = 0;     ///< replies that hang on this one, answers included
  std::string edit_parent_id = {};  ///< of a revision: the message it takes the place of
  std::int64_t revision = 1;
};

/// The prompt that an array of blocks makes: enabled ones with content, by order; retrieval blocks are left out.
std::string serialise_prompt_blocks(const Json& blocks);

/// Lower-case, runs of other characters as one '-': "Support  Bot!" is "support-bot".
std::string slug_from_name(std::string_view name);

}  // namespace platos::model
