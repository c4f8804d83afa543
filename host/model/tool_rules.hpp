// What may be done with which tools: settings and rules of an environment, and what an agent tightens. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/json.hpp"
#include "model/tool.hpp"

namespace platos::model {

/// From loose to strict.
enum class Permission { Unspecified, AutoAllow, RequireApproval, Block };
std::string_view to_text(Permission permission);  ///< "auto_allow", "require_approval", "block"; "" for Unspecified
std::optional<Permission> permission_from_text(std::string_view text);

/// About all tools whose model name, or "<instance>/<name>", the pattern fits: '*' is any text, '?' one character,
/// everything else itself; letter case counts.
struct ToolRule {
  std::string pattern;
  Permission permission = Permission::Unspecified;

  bool operator==(const ToolRule&) const = default;
};
bool glob_fits(std::string_view pattern, std::string_view text);

/// About one tool, by its model name. Members that say nothing leave it as its source describes it.
struct ToolSetting {
  std::string tool;
  bool enabled = true;
  Permission permission = Permission::Unspecified;  ///< the operator's word: stands before rules, may loosen
  Effect effect = Effect::Unspecified;
  std::int64_t timeout_ms = 0;
  std::string updated_by;
  std::int64_t updated_us = 0;
};

/// Of one environment. A value.
struct ToolRules {
  std::map<std::string, ToolSetting, std::less<>> settings;
  std::vector<ToolRule> rules;
};

enum class DisplayMode { Unspecified, Full, Summary, MetaTool, Hybrid };
std::string_view to_text(DisplayMode mode);

/// What an agent says of one tool, or of those that a pattern fits.
struct AgentToolRule {
  std::string pattern;
  bool requires_approval = false;
  bool destructive = false;  ///< then its effect counts as `once`
  Permission permission = Permission::Unspecified;

  bool operator==(const AgentToolRule&) const = default;
};

/// An agent's `toolsBlockConfig`. A value.
struct ToolsBlock {
  DisplayMode display = DisplayMode::Full;
  std::optional<std::vector<std::string>> enabled_tools;  ///< patterns; absent: all, empty: none
  std::vector<AgentToolRule> rules;                       ///< `perToolPerms`
  std::vector<std::string> pinned;                        ///< patterns; of `hybrid`
  std::optional<std::vector<std::string>> categories;     ///< absent: all, empty: none
  std::map<std::string, std::string> category_descriptions;
  std::optional<bool> entity_ids_required;  ///< absent: when the agent sees more than one entity

  bool operator==(const ToolsBlock&) const = default;
};
/// InvalidArgument "invalid_field" names the member. Null and {} are the block that changes nothing.
Result<ToolsBlock> tools_block_from_json(const Json& json);

/// "[{pattern, permission}]", at most 500. InvalidArgument "invalid_field".
Result<std::vector<ToolRule>> tool_rules_from_json(const Json& json);
Json to_json(const std::vector<ToolRule>& rules);

/// What holds for one tool, and what decided it.
struct ToolVerdict {
  Permission permission = Permission::AutoAllow;
  bool enabled = true;  ///< of the environment
  std::string because;  ///< "setting", "rule mail_*", "agent mail_*", "enabledTools", "the tool itself", "default"
  bool usable() const { return enabled && permission != Permission::Block; }
};

/// The environment's word: of the tool's setting if it has a permission, else the strictest of the tool's own and of
/// all rules that fit. Then the agent's, which counts only where it is stricter.
ToolVerdict judge(const Tool& tool, const ToolRules& environment, const ToolsBlock& agent);

/// The tool with the operator's effect and time limit, and what the verdict says of approval; itself where that changes
/// nothing.
SharedTool ruled(SharedTool tool, const ToolVerdict& verdict, const ToolRules& environment, const ToolsBlock& agent);

/// What the caller of a turn narrows its tools to: patterns as of ToolRule. Null: nothing is narrowed; empty: to none.
using AllowedTools = std::shared_ptr<const std::vector<std::string>>;
bool is_allowed(const AllowedTools& allowed, const Tool& tool);
/// A list of at most 200 patterns of 1 to 256 bytes; null is none. InvalidArgument "invalid_field" names `member`.
Result<AllowedTools> allowed_tools_from_json(const Json& json, std::string_view member);

/// The category of a tool: its own, else what stands before the first '.' of its name, else its instance's kind.
std::string category_of(const Tool& tool);

}  // namespace platos::model
