#include "mock_provider/messages_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mock_provider/behaviour.hpp"

namespace platos::tests::mock {
namespace {

using nlohmann::json;

[[noreturn]] void refuse_message(const std::string& problem) { throw RefusedRequest(400, "", problem); }

json blocks_of(const json& content) {
  if (content.is_string()) return json::array({{{"type", "text"}, {"text", content}}});
  if (!content.is_array() || content.empty()) refuse_message("messages: content must be a string or blocks");
  return content;
}

/// Follows the messages in order.
class ConversationReader {
 public:
  explicit ConversationReader(ChatRequest& request) : request_(request) {}

  void message(const json& message) {
    const auto& role = message.at("role").get_ref<const std::string&>();
    if (role != "user" && role != "assistant") refuse_message("messages: unknown role '" + role + "'");
    if (role == last_role_) refuse_message("messages: roles must alternate between \"user\" and \"assistant\"");
    if (last_role_.empty() && role != "user") refuse_message("messages: first message must use the \"user\" role");
    last_role_ = role;
    const json blocks = blocks_of(message.at("content"));
    role == "user" ? read_user(blocks) : read_assistant(blocks);
  }
  void end() const {
    if (!open_.empty()) refuse_message("`tool_use` ids were found without `tool_result` blocks: " + *open_.begin());
  }

 private:
  void read_user(const json& blocks) {
    std::string text;
    bool has_result = false;
    bool has_text = false;
    for (const json& block : blocks) {
      const auto& type = block.at("type").get_ref<const std::string&>();
      if (type == "tool_result") {
        if (has_text) refuse_message("messages: tool_result blocks must come before other blocks");
        answer(block.at("tool_use_id").get<std::string>());
        has_result = true;
      } else if (type == "text") {
        text += text_of_block(block);
        has_text = true;
      } else if (type == "image") {
        block.at("source").at("media_type").get<std::string>();
      } else {
        refuse_message("messages: unknown block type '" + type + "' of a user");
      }
    }
    end();
    request_.has_tool_result = has_result && !has_text;
    if (has_text) request_.last_user_text = text;
  }

  void read_assistant(const json& blocks) {
    for (const json& block : blocks) {
      const auto& type = block.at("type").get_ref<const std::string&>();
      if (type == "tool_use") {
        if (!block.at("input").is_object()) refuse_message("messages: tool_use.input: Input should be an object");
        open_.insert(block.at("id").get<std::string>());
      } else if (type == "text") {
        text_of_block(block);
      } else if (type == "thinking") {
        block.at("thinking").get<std::string>();
        if (block.at("signature") != kThoughtSignature) refuse_message("Invalid `signature` in `thinking` block");
      } else if (type != "redacted_thinking") {
        refuse_message("messages: unknown block type '" + type + "' of an assistant");
      }
    }
  }

  static std::string text_of_block(const json& block) {
    const auto& text = block.at("text").get_ref<const std::string&>();
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
      refuse_message("messages: text content blocks must contain non-whitespace text");
    }
    return text;
  }

  void answer(const std::string& id) {
    if (open_.erase(id) == 0) refuse_message("unexpected `tool_use_id` found in `tool_result` blocks: " + id);
  }

  ChatRequest& request_;
  std::set<std::string> open_;
  std::string last_role_;
};

void read_offer(const json& body, ChatRequest& request) {
  for (const json& tool : body.value("tools", json::array())) {
    tool.at("input_schema").get_ref<const json::object_t&>();
    request.tools.push_back(tool.at("name").get<std::string>());
  }
  const auto choice = body.find("tool_choice");
  if (choice == body.end()) return;
  const auto& type = choice->at("type").get_ref<const std::string&>();
  if (request.tools.empty()) refuse_message("tool_choice may only be specified while providing tools");
  request.allows_tools = type != "none";
  request.must_call_tool = type == "any" || type == "tool";
  if (type != "tool") return;
  const auto& name = choice->at("name").get_ref<const std::string&>();
  if (std::find(request.tools.begin(), request.tools.end(), name) == request.tools.end()) {
    refuse_message("Tool '" + name + "' not found in provided tools");
  }
  request.tools = {name};
}

void read_thinking(const json& body, ChatRequest& request) {
  const auto thinking = body.find("thinking");
  if (thinking == body.end() || thinking->at("type") != "enabled") return;
  const auto budget = thinking->at("budget_tokens").get<std::int64_t>();
  if (budget < 1024) refuse_message("thinking.budget_tokens: Input should be greater than or equal to 1024");
  if (budget >= *request.max_tokens) refuse_message("`max_tokens` must be greater than `thinking.budget_tokens`");
  if (body.contains("temperature")) refuse_message("`temperature` may only be set to 1 when thinking is enabled");
  if (request.must_call_tool) refuse_message("Thinking may not be enabled when tool_choice forces tool use");
  request.thinks = true;
}

int cache_marks_in(const json& value) {
  int marks = 0;
  if (value.is_structured()) {
    for (const json& item : value) marks += cache_marks_in(item);
  }
  if (value.is_object() && value.contains("cache_control")) ++marks;
  return marks;
}

}  // namespace

ChatRequest parse_messages_request(const ReceivedRequest& received) try {
  if (received.header("x-api-key").empty()) throw RefusedRequest(401, "", "x-api-key header is required");
  if (received.header("anthropic-version").empty()) refuse_message("anthropic-version: header is required");
  const json body = json::parse(received.body);
  ChatRequest request;
  request.model = body.at("model").get<std::string>();
  request.stream = body.value("stream", false);
  request.max_tokens = body.at("max_tokens").get<std::int64_t>();
  if (*request.max_tokens < 1) refuse_message("max_tokens: Input should be greater than or equal to 1");
  const auto& messages = body.at("messages").get_ref<const json::array_t&>();
  if (messages.empty()) refuse_message("messages: at least one message is required");
  request.messages = static_cast<std::int64_t>(messages.size());
  ConversationReader conversation(request);
  for (const json& message : messages) conversation.message(message);
  conversation.end();
  read_offer(body, request);
  read_thinking(body, request);
  const int marks = cache_marks_in(body.value("system", json())) + cache_marks_in(messages) +
                    cache_marks_in(body.value("tools", json()));
  if (marks > 4) refuse_message("A maximum of 4 blocks with cache_control may be provided.");
  request.reads_cache = marks > 0;
  return request;
} catch (const nlohmann::json::exception& error) {
  refuse_message(std::string("Could not read the body: ") + error.what());
}

}  // namespace platos::tests::mock
