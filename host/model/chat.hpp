// What is said to a model and what it answers, independent of any vendor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/tool.hpp"
#include "model/usage.hpp"

namespace platos::model {

enum class Role { Unspecified, User, Assistant, Tool };

/// One entry of a conversation as the model sees it.
struct ChatMessage {
  Role role = Role::User;
  std::string text;
  std::vector<ToolCall> tool_calls;   ///< of an assistant
  std::vector<std::string> extras;    ///< JSON values that the provider wants back, of an assistant
  std::string extras_of;              ///< "instance:model" that gave them: no other may see them
  std::string tool_call_provider_id;  ///< of a tool result
  bool is_error = false;              ///< of a tool result
};

struct ChatRequest {
  std::string model;  ///< the vendor's name, without the instance
  std::string system;
  std::vector<ChatMessage> messages;
  std::vector<SharedTool> tools;
  std::string response_schema_json;         ///< empty: free text
  std::int64_t max_output_tokens = 0;       ///< 0: the provider's
  std::optional<double> temperature;        ///< absent: the provider's
  std::int64_t thinking_budget_tokens = 0;  ///< 0: none
};

/// Canonical text of sdk/schema/chat-request.json, by appending: it is on the path of every model call.
std::string encode(const ChatRequest& request);

enum class StopReason { Unspecified, End, Tools, Length, Refused, Other };
std::string_view to_text(StopReason reason);
StopReason stop_reason_from_text(std::string_view text);

/// A whole answer of a model.
struct ChatResponse {
  std::string text;
  std::string reasoning;
  std::vector<ToolCall> tool_calls;
  std::vector<std::string> extras;
  Usage usage;
  StopReason stop = StopReason::Other;
  std::string model;  ///< "instance:model": the one that answered
};

std::string encode(const ChatResponse& response);
ChatResponse chat_response_from_json(const Json& json);

}  // namespace platos::model
