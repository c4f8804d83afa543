#include "model/chat.hpp"

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace platos::model {
namespace {

using base::append_json_string;

std::string_view role_name(Role role) {
  switch (role) {
    case Role::Assistant: return "assistant";
    case Role::Tool: return "tool";
    default: return "user";
  }
}

// Arguments that are no JSON object cannot be shown to a provider as one; the model sees its own text instead.
void append_arguments(std::string& out, const std::string& arguments) {
  const auto parsed = parse_bounded(arguments, "arguments");
  if (parsed && parsed->is_object()) {
    out += dump(*parsed);
    return;
  }
  out += R"({"invalid_arguments":)";
  append_json_string(out, base::cut_utf8(arguments, 4096));
  out += '}';
}

void append_tool_calls(std::string& out, const std::vector<ToolCall>& calls) {
  out += R"(,"tool_calls":[)";
  bool first = true;
  for (const auto& call : calls) {
    out += first ? R"({"id":)" : R"(,{"id":)";
    first = false;
    append_json_string(out, call.provider_id.empty() ? call.call_id : call.provider_id);
    out += R"(,"name":)";
    append_json_string(out, call.model_name);
    out += R"(,"arguments":)";
    append_arguments(out, call.arguments_json);
    out += '}';
  }
  out += ']';
}

void append_message(std::string& out, const ChatMessage& message) {
  out += R"({"role":")";
  out += role_name(message.role);
  out += R"(","content":[)";
  bool first = true;
  for (const auto& extra : message.extras) {
    if (!first) out += ',';
    first = false;
    out += extra;
  }
  if (!message.text.empty() || message.extras.empty()) {
    if (!first) out += ',';
    out += R"({"type":"text","text":)";
    append_json_string(out, message.text);
    out += '}';
  }
  out += ']';
  if (!message.tool_calls.empty()) append_tool_calls(out, message.tool_calls);
  if (message.role == Role::Tool) {
    out += R"(,"tool_call_id":)";
    append_json_string(out, message.tool_call_provider_id);
    if (message.is_error) out += R"(,"is_error":true)";
  }
  out += '}';
}

void append_tools(std::string& out, const std::vector<SharedTool>& tools) {
  out += R"(,"tools":[)";
  bool first = true;
  for (const auto& tool : tools) {
    out += first ? R"({"name":)" : R"(,{"name":)";
    first = false;
    append_json_string(out, tool->model_name);
    out += R"(,"description":)";
    append_json_string(out, tool->description);
    out += R"(,"input_schema":)";
    out += tool->input_schema_json;
    out += '}';
  }
  out += ']';
}

void append_settings(std::string& out, const ChatRequest& request) {
  if (request.max_output_tokens > 0) out += R"(,"max_output_tokens":)" + std::to_string(request.max_output_tokens);
  if (request.temperature) out += R"(,"temperature":)" + dump(Json(*request.temperature));
  if (!request.response_schema_json.empty()) out += R"(,"response_schema":)" + request.response_schema_json;
  if (request.thinking_budget_tokens > 0)
    out += R"(,"thinking":{"budget_tokens":)" + std::to_string(request.thinking_budget_tokens) + '}';
}

}  // namespace

std::string encode(const ChatRequest& request) {
  std::size_t bytes = request.system.size() + 1024;
  for (const auto& message : request.messages) bytes += message.text.size() + 64;
  for (const auto& tool : request.tools) bytes += tool->description.size() + tool->input_schema_json.size() + 64;
  std::string out;
  out.reserve(bytes);
  out += R"({"v":1,"model":)";
  append_json_string(out, request.model);
  if (!request.system.empty()) {
    out += R"(,"system":)";
    append_json_string(out, request.system);
  }
  out += R"(,"messages":[)";
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    if (i > 0) out += ',';
    append_message(out, request.messages[i]);
  }
  out += ']';
  if (!request.tools.empty()) append_tools(out, request.tools);
  append_settings(out, request);
  out += R"(,"stream":true})";
  return out;
}

std::string_view to_text(StopReason reason) {
  switch (reason) {
    case StopReason::End: return "stop";
    case StopReason::Tools: return "tool-calls";
    case StopReason::Length: return "length";
    case StopReason::Refused: return "content-filter";
    default: return "other";
  }
}

StopReason stop_reason_from_text(std::string_view text) {
  for (const auto reason : {StopReason::End, StopReason::Tools, StopReason::Length, StopReason::Refused}) {
    if (to_text(reason) == text) return reason;
  }
  return StopReason::Other;
}

std::string encode(const ChatResponse& response) {
  base::JsonObject json;
  json.text("text", response.text).text("reasoning", response.reasoning);
  if (!response.tool_calls.empty()) {
    Json calls = Json::array();
    for (const auto& call : response.tool_calls) calls.push_back(to_json(call));
    json.json("tool_calls", dump(calls));
  }
  if (!response.extras.empty()) json.json("extras", dump(Json(response.extras)));
  if (!response.model.empty()) json.text("model", response.model);
  return json.json("usage", encode(response.usage)).text("stop", to_text(response.stop)).take();
}

ChatResponse chat_response_from_json(const Json& json) {
  ChatResponse response;
  response.text = json.value("text", "");
  response.reasoning = json.value("reasoning", "");
  for (const auto& call : json.value("tool_calls", Json::array())) {
    response.tool_calls.push_back(tool_call_from_json(call));
  }
  response.extras = json.value("extras", std::vector<std::string>{});
  response.usage = usage_from_json(json.value("usage", Json()));
  response.stop = stop_reason_from_text(json.value("stop", ""));
  response.model = json.value("model", "");
  return response;
}

}  // namespace platos::model
