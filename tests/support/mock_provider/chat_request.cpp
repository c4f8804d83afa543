#include "mock_provider/chat_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mock_provider/behaviour.hpp"

namespace platos::tests::mock {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& problem) { throw RefusedRequest(400, "invalid_request", problem); }

std::string text_of(const json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (content.is_null()) return {};
  if (!content.is_array()) refuse("'content' must be a string or an array of parts.");
  std::string text;
  for (const json& part : content) {
    if (part.at("type") == "text") text += part.at("text").get_ref<const std::string&>();
  }
  return text;
}

/// The vendor's rule: each call of an assistant message is answered by a tool message before any other message comes.
class ToolPairing {
 public:
  void message(const json& message, const std::string& role) {
    if (role == "tool") {
      const auto& id = message.at("tool_call_id").get_ref<const std::string&>();
      if (open_.erase(id) == 0) refuse("Tool message answers no open call: tool_call_id '" + id + "'.");
      return;
    }
    end();
    const auto calls = message.find("tool_calls");
    if (role != "assistant" || calls == message.end()) return;
    for (const json& call : *calls) open_.insert(call.at("id").get<std::string>());
  }
  void end() const {
    if (!open_.empty()) refuse("No tool message answers the call with id '" + *open_.begin() + "'.");
  }

 private:
  std::set<std::string> open_;
};

void read_messages(const json& body, ChatRequest& request) {
  const json& messages = body.at("messages");
  if (!messages.is_array() || messages.empty()) refuse("'messages' must be an array that is not empty.");
  request.messages = static_cast<std::int64_t>(messages.size());
  ToolPairing pairing;
  for (const json& message : messages) {
    const auto& role = message.at("role").get_ref<const std::string&>();
    pairing.message(message, role);
    const std::string text = text_of(message.value("content", json()));
    if (role == "tool") {
      request.has_tool_result = true;
    } else if (role == "user") {
      request.has_tool_result = false;
      request.last_user_text = text;
    } else if (role != "assistant" && role != "system" && role != "developer") {
      refuse("Unknown role '" + role + "'.");
    }
  }
  pairing.end();
}

void read_tools(const json& body, ChatRequest& request) {
  if (const auto tools = body.find("tools"); tools != body.end()) {
    for (const json& tool : *tools) request.tools.push_back(tool.at("function").at("name").get<std::string>());
  }
  const json choice = body.value("tool_choice", json("auto"));
  if (choice == "none") request.allows_tools = false;
  if (!choice.is_object()) return;
  const auto& name = choice.at("function").at("name").get_ref<const std::string&>();
  if (std::find(request.tools.begin(), request.tools.end(), name) == request.tools.end()) {
    refuse("'tool_choice' names a tool that is not in 'tools': '" + name + "'.");
  }
  request.tools = {name};
}

void read_limits(const json& body, ChatRequest& request) {
  for (const char* key : {"max_tokens", "max_completion_tokens"}) {
    const auto found = body.find(key);
    if (found == body.end() || found->is_null()) continue;
    request.max_tokens = found->get<std::int64_t>();
    if (*request.max_tokens < 1) refuse("'" + std::string(key) + "' must be at least 1.");
  }
}

}  // namespace

ChatRequest parse_chat_request(std::string_view text) try {
  const json body = json::parse(text);
  if (!body.is_object()) refuse("The body must be a JSON object.");
  ChatRequest request;
  request.model = body.at("model").get<std::string>();
  request.stream = body.value("stream", false);
  if (const auto options = body.find("stream_options"); options != body.end() && !options->is_null()) {
    if (!request.stream) refuse("'stream_options' is only allowed when 'stream' is true.");
    request.include_usage = options->value("include_usage", false);
  }
  read_limits(body, request);
  read_messages(body, request);
  read_tools(body, request);
  return request;
} catch (const nlohmann::json::exception& error) {
  refuse(std::string("Could not read the body: ") + error.what());
}

}  // namespace platos::tests::mock
