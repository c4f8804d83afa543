#include "model/agent.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::model {

namespace {

Json json_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return parse_bounded(text, "an agent's setting").value_or(Json());
}

std::string text_or_empty(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found == json.end() || found->is_null() ? std::string() : dump(*found);
}

Json to_json(const std::vector<DynamicBlock>& blocks) {
  Json list = Json::array();
  for (const auto& block : blocks) {
    list.push_back(
        {{"key", block.key}, {"name", block.name}, {"defaultContent", block.default_content}, {"order", block.order}});
  }
  return list;
}

std::vector<DynamicBlock> dynamic_blocks_from(const Json& list) {
  std::vector<DynamicBlock> blocks;
  if (!list.is_array()) return blocks;
  for (const auto& each : list) {
    if (!each.is_object()) continue;
    blocks.push_back({each.value("key", ""), each.value("name", ""), each.value("defaultContent", ""),
                      each.value("order", std::int64_t{0})});
  }
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const DynamicBlock& left, const DynamicBlock& right) { return left.order < right.order; });
  return blocks;
}

}  // namespace

Json to_json(const AgentConfig& config) {
  return {{"model", config.model},
          {"systemPrompt", config.system_prompt.empty() ? Json() : Json(config.system_prompt)},
          {"skills", config.skills},
          {"installedSkills", config.installed_skills},
          {"maxSteps", config.max_steps},
          {"contextLimit", config.context_limit},
          {"historyMode", config.history_mode == HistoryMode::Compact ? "compact" : "rolling"},
          {"compactThreshold", config.compact_threshold},
          {"promptBlocks", json_or_null(config.prompt_blocks_json)},
          {"dynamicBlocks", config.dynamic_blocks.empty() ? Json() : to_json(config.dynamic_blocks)},
          {"metaTools", config.meta_tools},
          {"outputSchema", json_or_null(config.output_schema_json)},
          {"extractionPolicy", json_or_null(config.extraction_policy_json)},
          {"toolsBlockConfig", json_or_null(config.tools_block_json)},
          {"contextMapping", json_or_null(config.context_mapping_json)},
          {"thinkingBudgetTokens", config.thinking_budget_tokens},
          {"maxOutputTokens", config.max_output_tokens},
          {"maxTurnTokens", config.max_turn_tokens},
          {"providerKeyId", config.provider_key_id.empty() ? Json() : Json(config.provider_key_id)},
          {"modelRoutes", config.model_routes.empty() ? Json() : to_json(config.model_routes)},
          {"agentRetryConfig", config.retry_rules.empty() ? Json() : to_json(config.retry_rules)},
          {"temperature", config.temperature ? Json(*config.temperature) : Json()}};
}

AgentConfig agent_config_from_json(const Json& json) {
  AgentConfig config;
  config.model = json.value("model", "");
  if (const auto prompt = json.find("systemPrompt"); prompt != json.end() && prompt->is_string()) {
    config.system_prompt = prompt->get<std::string>();
  }
  config.skills = json.value("skills", std::vector<std::string>{});
  config.installed_skills = json.value("installedSkills", std::vector<std::string>{});
  config.max_steps = json.value("maxSteps", std::int64_t{20});
  config.context_limit = json.value("contextLimit", std::int64_t{20});
  config.history_mode = json.value("historyMode", "rolling") == "compact" ? HistoryMode::Compact : HistoryMode::Rolling;
  config.compact_threshold = json.value("compactThreshold", std::int64_t{40});
  config.prompt_blocks_json = text_or_empty(json, "promptBlocks");
  config.dynamic_blocks = dynamic_blocks_from(json.value("dynamicBlocks", Json()));
  config.meta_tools = json.value("metaTools", std::map<std::string, bool>{});
  config.output_schema_json = text_or_empty(json, "outputSchema");
  config.extraction_policy_json = text_or_empty(json, "extractionPolicy");
  config.tools_block_json = text_or_empty(json, "toolsBlockConfig");
  config.context_mapping_json = text_or_empty(json, "contextMapping");
  config.thinking_budget_tokens = json.value("thinkingBudgetTokens", std::int64_t{0});
  config.max_output_tokens = json.value("maxOutputTokens", std::int64_t{0});
  config.max_turn_tokens = json.value("maxTurnTokens", std::int64_t{0});
  if (const auto key = json.find("providerKeyId"); key != json.end() && key->is_string())
    config.provider_key_id = key->get<std::string>();
  config.model_routes = model_routes_from_json(json.value("modelRoutes", Json()));
  config.retry_rules = retry_rules_from_json(json.value("agentRetryConfig", Json()));
  if (const auto found = json.find("temperature"); found != json.end() && found->is_number())
    config.temperature = found->get<double>();
  return config;
}

bool AgentConfig::meta_tool(const std::string& name) const {
  // A turn that waits for days is nobody's default.
  constexpr std::string_view kOffAtFirst = "request_durable_approval";
  const auto found = meta_tools.find(name);
  return found == meta_tools.end() ? name != kOffAtFirst : found->second;
}

bool AgentConfig::remembers() const {
  if (extraction_policy_json.empty()) return true;
  const Json policy = json_or_null(extraction_policy_json);
  return !policy.is_object() || policy.value("enabled", true);
}

std::string serialise_prompt_blocks(const Json& blocks) {
  struct Part {
    std::int64_t order;
    std::string text;
  };
  std::vector<Part> parts;
  for (const auto& block : blocks) {
    const std::string content = block.value("content", "");
    const std::string type = block.value("type", "");
    if (!block.value("enabled", true) || base::trim(content).empty() || type == "retrieval") continue;
    const std::string name = block.value("name", "");
    const bool bare = type == "identity" || name.empty();
    parts.push_back({block.value("order", std::int64_t{0}), bare ? content : "## " + name + "\n\n" + content});
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& left, const Part& right) { return left.order < right.order; });
  std::string prompt;
  for (const auto& part : parts) prompt += (prompt.empty() ? "" : "\n\n") + part.text;
  return prompt;
}

std::string slug_from_name(std::string_view name) {
  std::string slug;
  for (const char c : base::to_lower(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

}  // namespace platos::model
