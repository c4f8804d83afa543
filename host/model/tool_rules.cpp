#include "model/tool_rules.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::model {
namespace {

constexpr std::size_t kMaxToolRules = 500;
constexpr std::size_t kMaxPatternBytes = 256;
constexpr std::size_t kMaxListed = 1000;
constexpr std::size_t kMaxAllowed = 200;  // anybody may send them, and each is held against each tool

/// The two texts that a pattern may fit, made once for all patterns.
struct ToolNames {
  explicit ToolNames(const Tool& tool) : model_name(tool.model_name), path(tool.instance + "/" + tool.name) {}
  bool fit(std::string_view pattern) const { return glob_fits(pattern, model_name) || glob_fits(pattern, path); }
  bool fit_any(const std::vector<std::string>& patterns) const {
    return std::any_of(patterns.begin(), patterns.end(), [this](const auto& each) { return fit(each); });
  }

  std::string_view model_name;
  std::string path;
};

void tighten(ToolVerdict& verdict, Permission permission, const std::string& because) {
  if (permission <= verdict.permission) return;
  verdict.permission = permission;
  verdict.because = because;
}

Error block_field(const std::string& member, std::string_view expected, const Json& found) {
  return invalid_field("toolsBlockConfig." + member, expected, kind_of(found));
}

Result<std::optional<std::vector<std::string>>> patterns_of(const Json& json, const char* member) {
  using Patterns = std::optional<std::vector<std::string>>;
  const auto found = json.find(member);
  if (found == json.end() || found->is_null()) return Patterns();
  if (!found->is_array() || found->size() > kMaxListed)
    return fail(block_field(member, "a list of at most 1000 texts", *found));
  std::vector<std::string> patterns;
  for (const auto& each : *found) {
    const bool good = each.is_string() && each.get_ref<const std::string&>().size() <= kMaxPatternBytes;
    if (!good) return fail(block_field(member, "texts of at most 256 bytes", each));
    patterns.push_back(each.get<std::string>());
  }
  return Patterns(std::move(patterns));
}

Result<DisplayMode> display_of(const Json& json) {
  const auto text = optional_text(json, "displayMode");
  if (!text) return fail(text.error());
  const std::string mode = text->value_or("full");
  for (const auto each : {DisplayMode::Full, DisplayMode::Summary, DisplayMode::MetaTool, DisplayMode::Hybrid}) {
    if (mode == to_text(each)) return each;
  }
  return fail(invalid_field("toolsBlockConfig.displayMode", "\"full\", \"summary\", \"meta-tool\" or \"hybrid\"",
                            "\"" + base::printable(mode, 40) + "\""));
}

Result<AgentToolRule> agent_rule_of(const std::string& pattern, const Json& json) {
  const std::string member = "perToolPerms." + base::printable(pattern, 60);
  if (!json.is_object() || pattern.size() > kMaxPatternBytes) return fail(block_field(member, "an object", json));
  const auto approval = optional_bool(json, "requiresApproval");
  const auto destructive = optional_bool(json, "destructive");
  const auto text = optional_text(json, "permission");
  if (!approval) return fail(approval.error());
  if (!destructive) return fail(destructive.error());
  if (!text) return fail(text.error());
  AgentToolRule rule{pattern, approval->value_or(false), destructive->value_or(false)};
  if (!*text) return rule;
  const auto permission = permission_from_text(**text);
  if (!permission)
    return fail(invalid_field("toolsBlockConfig." + member + ".permission",
                              "\"auto_allow\", \"require_approval\" or \"block\"", base::printable(**text, 40)));
  rule.permission = *permission;
  return rule;
}

Result<void> read_per_tool(const Json& json, ToolsBlock& block) {
  const auto found = json.find("perToolPerms");
  if (found == json.end() || found->is_null()) return {};
  if (!found->is_object() || found->size() > kMaxListed)
    return fail(block_field("perToolPerms", "an object of at most 1000 tools", *found));
  for (const auto& [pattern, rule] : found->items()) {
    auto read = agent_rule_of(pattern, rule);
    if (!read) return fail(read.error());
    block.rules.push_back(std::move(*read));
  }
  return {};
}

Result<void> read_descriptions(const Json& json, ToolsBlock& block) {
  const auto found = json.find("categoryDescriptions");
  if (found == json.end() || found->is_null()) return {};
  if (!found->is_object() || found->size() > kMaxListed)
    return fail(block_field("categoryDescriptions", "an object of at most 1000 categories", *found));
  for (const auto& [category, value] : found->items()) {
    const auto text = value.is_object() ? optional_text(value, "description") : Result<std::optional<std::string>>();
    if (value.is_string()) {
      block.category_descriptions[category] = value.get<std::string>();
    } else if (value.is_object() && text) {
      block.category_descriptions[category] = text->value_or("");
    } else {
      return fail(block_field("categoryDescriptions", "objects with a \"description\"", value));
    }
  }
  return {};
}

}  // namespace

std::string_view to_text(Permission permission) {
  switch (permission) {
    case Permission::AutoAllow: return "auto_allow";
    case Permission::RequireApproval: return "require_approval";
    case Permission::Block: return "block";
    default: return "";
  }
}

std::optional<Permission> permission_from_text(std::string_view text) {
  for (const auto each : {Permission::AutoAllow, Permission::RequireApproval, Permission::Block}) {
    if (text == to_text(each)) return each;
  }
  return std::nullopt;
}

std::string_view to_text(DisplayMode mode) {
  switch (mode) {
    case DisplayMode::Summary: return "summary";
    case DisplayMode::MetaTool: return "meta-tool";
    case DisplayMode::Hybrid: return "hybrid";
    default: return "full";
  }
}

// Linear in practice: on a mismatch only the last '*' takes one character more.
bool glob_fits(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      after = at;
    } else if (in < pattern.size() && (pattern[in] == '?' || pattern[in] == text[at])) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++after;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') ++in;
  return in == pattern.size();
}

Result<ToolsBlock> tools_block_from_json(const Json& json) {
  ToolsBlock block;
  if (json.is_null()) return block;
  if (!json.is_object()) return fail(invalid_field("toolsBlockConfig", "an object", kind_of(json)));
  const auto mode = optional_text(json, "mode");
  if (!mode) return fail(mode.error());
  if (*mode && **mode != "direct" && **mode != "execute-tool") {
    return fail(invalid_field("toolsBlockConfig.mode", "\"direct\" or \"execute-tool\"",
                              "\"" + base::printable(**mode, 40) + "\""));
  }
  const auto display = display_of(json);
  auto enabled = patterns_of(json, "enabledTools");
  auto pinned = patterns_of(json, "pinnedTools");
  auto categories = patterns_of(json, "enabledCategories");
  const auto entity_ids = optional_bool(json, "entityIdsRequired");
  if (!display) return fail(display.error());
  for (const auto* each : {&enabled, &pinned, &categories}) {
    if (!*each) return fail(each->error());
  }
  if (!entity_ids) return fail(entity_ids.error());
  block.display = *display;
  block.enabled_tools = std::move(*enabled);
  block.pinned = pinned->value_or(std::vector<std::string>());
  block.categories = std::move(*categories);
  block.entity_ids_required = *entity_ids;
  if (auto read = read_per_tool(json, block); !read) return fail(read.error());
  if (auto read = read_descriptions(json, block); !read) return fail(read.error());
  return block;
}

Result<std::vector<ToolRule>> tool_rules_from_json(const Json& json) {
  if (!json.is_array() || json.size() > kMaxToolRules)
    return fail(invalid_field("rules", "a list of at most 500 rules",
                              json.is_array() ? std::to_string(json.size()) : kind_of(json)));
  std::vector<ToolRule> rules;
  for (const auto& each : json) {
    if (!each.is_object()) return fail(invalid_field("rules", "objects", kind_of(each)));
    auto pattern = required_text(each, "pattern");
    const auto text = required_text(each, "permission");
    if (!pattern) return fail(pattern.error());
    if (!text) return fail(text.error());
    const auto permission = permission_from_text(*text);
    if (!permission)
      return fail(invalid_field("permission", "\"auto_allow\", \"require_approval\" or \"block\"",
                                "\"" + base::printable(*text, 40) + "\""));
    if (pattern->size() > kMaxPatternBytes)
      return fail(invalid_field("pattern", "at most 256 bytes", std::to_string(pattern->size())));
    rules.push_back({std::move(*pattern), *permission});
  }
  return rules;
}

Json to_json(const std::vector<ToolRule>& rules) {
  Json list = Json::array();
  for (const auto& rule : rules) list.push_back({{"pattern", rule.pattern}, {"permission", to_text(rule.permission)}});
  return list;
}

ToolVerdict judge(const Tool& tool, const ToolRules& environment, const ToolsBlock& agent) {
  ToolVerdict verdict;
  verdict.because = "default";
  const ToolNames names(tool);
  const auto setting = environment.settings.find(tool.model_name);
  const bool is_set = setting != environment.settings.end();
  if (is_set) verdict.enabled = setting->second.enabled;
  if (is_set && setting->second.permission != Permission::Unspecified) {
    verdict.permission = setting->second.permission;
    verdict.because = "setting";
  } else {
    if (tool.requires_approval) tighten(verdict, Permission::RequireApproval, "the tool itself");
    for (const auto& rule : environment.rules) {
      if (names.fit(rule.pattern)) tighten(verdict, rule.permission, "rule " + rule.pattern);
    }
  }
  if (!verdict.enabled) verdict.because = "disabled";
  if (agent.enabled_tools && !names.fit_any(*agent.enabled_tools)) tighten(verdict, Permission::Block, "enabledTools");
  if (agent.categories) {
    const auto& listed = *agent.categories;
    if (std::find(listed.begin(), listed.end(), category_of(tool)) == listed.end())
      tighten(verdict, Permission::Block, "enabledCategories");
  }
  for (const auto& rule : agent.rules) {
    if (!names.fit(rule.pattern)) continue;
    tighten(verdict, rule.permission, "agent " + rule.pattern);
    if (rule.requires_approval) tighten(verdict, Permission::RequireApproval, "agent " + rule.pattern);
  }
  return verdict;
}

SharedTool ruled(SharedTool tool, const ToolVerdict& verdict, const ToolRules& environment, const ToolsBlock& agent) {
  const bool requires_approval = verdict.permission == Permission::RequireApproval;
  Effect effect = tool->effect;
  std::int64_t timeout_ms = tool->timeout_ms;
  if (!agent.rules.empty()) {
    const ToolNames names(*tool);
    for (const auto& rule : agent.rules) {
      if (rule.destructive && names.fit(rule.pattern)) effect = Effect::Once;
    }
  }
  if (const auto setting = environment.settings.find(tool->model_name); setting != environment.settings.end()) {
    if (setting->second.effect != Effect::Unspecified) effect = setting->second.effect;
    if (setting->second.timeout_ms > 0) timeout_ms = setting->second.timeout_ms;
  }
  if (requires_approval == tool->requires_approval && effect == tool->effect && timeout_ms == tool->timeout_ms)
    return tool;
  Tool changed = *tool;
  changed.requires_approval = requires_approval;
  changed.effect = effect;
  changed.timeout_ms = timeout_ms;
  return std::make_shared<const Tool>(std::move(changed));
}

bool is_allowed(const AllowedTools& allowed, const Tool& tool) {
  return allowed == nullptr || ToolNames(tool).fit_any(*allowed);
}

Result<AllowedTools> allowed_tools_from_json(const Json& json, std::string_view member) {
  if (json.is_null()) return AllowedTools();
  if (!json.is_array() || json.size() > kMaxAllowed)
    return fail(invalid_field(member, "a list of at most 200 patterns",
                              json.is_array() ? std::to_string(json.size()) : kind_of(json)));
  std::vector<std::string> patterns;
  for (const auto& each : json) {
    if (!each.is_string()) return fail(invalid_field(member, "patterns of names of tools", kind_of(each)));
    const auto& pattern = each.get_ref<const std::string&>();
    if (pattern.empty() || pattern.size() > kMaxPatternBytes)
      return fail(invalid_field(member, "patterns of 1 to 256 bytes", std::to_string(pattern.size()) + " bytes"));
    patterns.push_back(pattern);
  }
  return AllowedTools(std::make_shared<const std::vector<std::string>>(std::move(patterns)));
}

std::string category_of(const Tool& tool) {
  if (!tool.category.empty()) return tool.category;
  const auto dot = tool.name.find('.');
  if (dot != std::string::npos && dot > 0) return tool.name.substr(0, dot);
  if (tool.instance.rfind("entity:", 0) == 0) return "entity";
  if (tool.instance.rfind("package:", 0) == 0) return "skills";
  return tool.instance.empty() ? "utility" : tool.instance;
}

}  // namespace platos::model
