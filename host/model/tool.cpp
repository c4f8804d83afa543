#include "model/tool.hpp"

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"

namespace platos::model {

std::string_view to_text(Effect effect) {
  switch (effect) {
    case Effect::Read: return "read";
    case Effect::Idempotent: return "idempotent";
    default: return "once";
  }
}

Effect effect_from_text(std::string_view text) {
  if (text == "read") return Effect::Read;
  if (text == "idempotent") return Effect::Idempotent;
  return Effect::Once;
}

std::string model_tool_name(std::string_view instance, std::string_view tool) {
  std::string name(instance);
  name += "__";
  name += tool;
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
  }
  return name;
}

Json to_json(const ToolCall& call) {
  return {{"call", call.call_id},
          {"provider_id", call.provider_id},
          {"name", call.model_name},
          {"arguments", call.arguments_json}};
}

ToolCall tool_call_from_json(const Json& json) {
  return {json.value("call", ""), json.value("provider_id", ""), json.value("name", ""), json.value("arguments", "")};
}

std::string encode(const ToolOutcome& outcome) {
  base::JsonObject json;
  json.text("call", outcome.call_id).text("result", outcome.result_json);
  json.boolean("is_error", outcome.is_error).text("code", outcome.code);
  if (outcome.maybe_done) json.boolean("maybe_done", true);
  return json.take();
}

ToolOutcome tool_outcome_from_json(const Json& json) {
  return {json.value("call", ""), json.value("result", "null"), json.value("is_error", false), json.value("code", ""),
          json.value("maybe_done", false)};
}

}  // namespace platos::model
