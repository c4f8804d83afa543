#include "agent/turn_prompt.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "model/context.hpp"

namespace platos::agent {
namespace {

using model::Json;

// The parts that go before the message; empty when there are none.
std::string context_of(const TurnSetting& setting) {
  std::string context;
  const auto add = [&context](std::string_view text) {
    if (text.empty()) return;
    if (!context.empty()) context += "\n\n";
    context += text;
  };
  if (!setting.summary.empty()) add("Summary of the conversation so far:\n" + setting.summary);
  add(setting.recalled);
  for (const auto& block : setting.config().dynamic_blocks) {
    const auto given = setting.input.dynamic_blocks.find(block.key);
    const std::string& content = given == setting.input.dynamic_blocks.end() ? block.default_content : given->second;
    if (!content.empty()) add("## " + block.name + "\n" + content);
  }
  return context;
}

bool has_places(const std::string& prompt) {
  return prompt.find("{{") != std::string::npos || prompt.find("${") != std::string::npos;
}

// A user may be called anything; in a prompt it is a few words of one line.
std::string as_words(std::string_view text) {
  constexpr std::size_t kMaxNameBytes = 200;
  std::string words;
  for (const char c : base::cut_utf8(text, kMaxNameBytes)) words += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return words;
}

// The prompt as this turn says it.
std::string system_prompt_of(const TurnSetting& setting) {
  std::string prompt = setting.config().system_prompt;
  if (has_places(prompt) && !setting.prompt_context_json.empty()) {
    const auto context = model::parse_bounded(setting.prompt_context_json, "the context");
    const auto mapping = model::context_mapping_of(setting.config());
    if (context && mapping) prompt = model::fill_placeholders(prompt, *context, mapping->prompt_vars);
  }
  for (const auto* block : {&setting.skills_block, &setting.tools_prompt}) {
    if (!block->empty()) prompt += (prompt.empty() ? "" : "\n\n") + *block;
  }
  return prompt;
}

Json session_of_turn(const std::string& session_json) {
  if (session_json.empty()) return Json::object();
  return model::parse_bounded(session_json, "the session").value_or(Json::object());
}

// Of the turn's own clock, so that a step that is done again asks with the same prompt.
Json known_user(const model::RunRecord& run, const Json& profile) {
  Json user = {{"id", run.user_id}, {"current_time", base::format_iso8601(run.created_us)}};
  for (const char* member : {"name", "email"}) {
    const auto said = model::optional_text(profile, member);
    if (said && *said) user[member] = as_words(**said);
  }
  return user;
}

bool names_any(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [text](std::string_view name) { return text.find(name) != std::string_view::npos; });
}

}  // namespace

bool names_the_user(const model::AgentConfig& config) {
  const std::string& prompt = config.system_prompt;
  if (has_places(prompt) && names_any(prompt, {"user.name", "user.email"})) return true;
  return names_any(config.context_mapping_json, {"user.name", "user.email", "\"user\""});
}

std::string tool_context_of(const model::RunRecord& run, const std::string& session_json, const Json& profile) {
  return model::dump(model::over_user(session_of_turn(session_json), known_user(run, profile)));
}

std::string prompt_context_of(const model::RunRecord& run, const std::string& session_json, const Json& profile) {
  const Json session = session_of_turn(session_json);
  Json context = model::over_user(session, known_user(run, profile));
  if (!context.contains("session")) context["session"] = session;
  return model::dump(context);
}

model::ChatRequest assemble_request(const TurnSetting& setting, const std::string& user_message,
                                    std::vector<model::ChatMessage> said, std::vector<model::SharedTool> tools) {
  const model::AgentConfig& config = setting.config();
  model::ChatRequest request;
  request.system = system_prompt_of(setting);
  request.messages = setting.history;
  model::ChatMessage user;
  const std::string context = context_of(setting);
  user.text = context.empty() ? user_message : "<context>\n" + context + "\n</context>\n\n" + user_message;
  request.messages.push_back(std::move(user));
  for (auto& message : said) request.messages.push_back(std::move(message));
  request.tools = std::move(tools);
  request.max_output_tokens = config.max_output_tokens;
  request.temperature = config.temperature;
  request.thinking_budget_tokens = config.thinking_budget_tokens;
  request.response_schema_json = setting.output_schema_json;
  return request;
}

}  // namespace platos::agent
