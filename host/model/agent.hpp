// Agents, threads and messages as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/json.hpp"

namespace platos::model {

/// What an agent does: everything that is versioned. Immutable once it is a version.
struct AgentConfig {
  std::string model;  ///< "instance:model"
  std::string system_prompt;
  std::vector<std::string> skills;  ///< skill instances
  std::int64_t max_steps = 20;
  std::int64_t context_limit = 20;  ///< earlier messages that the model sees

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
};

/// Lower-case, runs of other characters as one '-': "Support  Bot!" is "support-bot".
std::string slug_from_name(std::string_view name);

}  // namespace platos::model
