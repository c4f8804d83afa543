#include "tool_rules.hpp"

#include <algorithm>

#include "cache_mark.hpp"
#include "common/provider/answer_tool.hpp"
#include "conversation_writer.hpp"

namespace platos::provider_anthropic {
namespace {

constexpr std::int64_t kLeastThinkingTokens = 1024;  // the vendor's

}  // namespace

ToolRules::ToolRules(const CanonicalRequest& source, const ToolNames& names) : source_(source), names_(names) {
  const bool vendor_decides = source.vendor_has("tools") || source.vendor_has("tool_choice");
  if (source.raw_response_schema && !vendor_decides) answer_tool_ = answer_tool_name(source, names);
}

std::optional<std::int64_t> ToolRules::thinking_budget_tokens() const {
  const std::int64_t budget = source_.thinking_budget_tokens.value_or(0);
  if (budget <= 0 || source_.vendor_has("thinking") || forces_tool() || chain_began_without_thinking()) return {};
  return std::max(budget, kLeastThinkingTokens);
}

bool ToolRules::forces_tool() const {
  if (!answer_tool_.empty()) return true;
  if (source_.tools.empty() || !source_.tool_choice || source_.vendor_has("tool_choice")) return false;
  return *source_.tool_choice != "auto" && *source_.tool_choice != "none";
}

bool ToolRules::chain_began_without_thinking() const {
  const auto& messages = source_.messages;
  if (messages.empty() || messages.back().role != Role::Tool) return false;
  const auto asking = std::find_if(messages.rbegin(), messages.rend(),
                                   [](const RequestMessage& message) { return message.role == Role::Assistant; });
  return asking != messages.rend() && std::none_of(asking->thoughts.begin(), asking->thoughts.end(), can_be_sent_back);
}

void ToolRules::write(sdk::JsonWriter& json, bool mark_for_cache) const {
  // A choice without tools is refused.
  if (source_.tools.empty() && answer_tool_.empty()) return;
  if (!source_.vendor_has("tools")) write_tools(json, mark_for_cache);
  if (!source_.vendor_has("tool_choice")) write_tool_choice(json);
}

void ToolRules::write_tools(sdk::JsonWriter& json, bool mark_for_cache) const {
  json.key("tools").begin_array();
  for (const RequestTool& tool : source_.tools) {
    json.begin_object().key("name").value(names_.wire_name(tool.raw_name_text));
    if (tool.raw_description) json.key("description").raw(*tool.raw_description);
    json.key("input_schema").raw(tool.raw_schema);
    if (mark_for_cache && answer_tool_.empty() && &tool == &source_.tools.back()) write_cache_mark(json);
    json.end_object();
  }
  if (!answer_tool_.empty()) {
    json.begin_object().key("name").value(answer_tool_);
    json.key("description").value(kAnswerToolDescription);
    json.key("input_schema").raw(*source_.raw_response_schema);
    if (mark_for_cache) write_cache_mark(json);
    json.end_object();
  }
  json.end_array();
}

void ToolRules::write_tool_choice(sdk::JsonWriter& json) const {
  if (!answer_tool_.empty()) return write_answer_choice(json);
  if (!source_.tool_choice) return;
  const std::string_view choice = *source_.tool_choice;
  json.key("tool_choice").begin_object().key("type");
  if (choice == "auto" || choice == "none") {
    json.value(choice);
  } else if (choice == "required") {
    json.value("any");
  } else {
    json.value("tool").key("name").value(names_.wire_name(choice));
  }
  json.end_object();
}

void ToolRules::write_answer_choice(sdk::JsonWriter& json) const {
  const std::string_view choice = source_.tool_choice.value_or("auto");
  json.key("tool_choice").begin_object().key("type");
  if (source_.tools.empty() || choice == "none") {
    json.value("tool").key("name").value(answer_tool_);
  } else if (choice == "auto" || choice == "required") {
    json.value("any");
  } else {
    json.value("tool").key("name").value(names_.wire_name(choice));
  }
  // Otherwise the answer could come beside a call whose result it does not know.
  json.key("disable_parallel_tool_use").value(true).end_object();
}

}  // namespace platos::provider_anthropic
