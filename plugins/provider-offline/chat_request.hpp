// What the offline model needs to know of a canonical chat request (sdk/schema/chat-request.json).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::provider_offline {

struct ToolResult {
  std::string text;
  bool is_error = false;
};

struct ChatRequest {
  std::string model;
  std::string question;                  ///< text of the last user message, trimmed; may be empty
  std::vector<std::string> tool_names;   ///< in the order of the request
  std::string tool_choice;               ///< empty when absent
  std::vector<ToolResult> tool_results;  ///< the messages of role tool that the request ends with
  std::size_t earlier_tool_calls = 0;    ///< of all assistant messages
  std::int64_t word_count = 0;           ///< of the system prompt and all messages
  std::optional<std::int64_t> output_word_limit;
};

/// Throws Error(PLATOS_INVALID_ARGUMENT) when the text is no object with a model and messages. Members that are unknown
/// or unusable are skipped: the host has checked the schema. Any thread.
ChatRequest parse_chat_request(std::string_view request_json);

/// Runs of anything but white space.
std::int64_t count_words(std::string_view text) noexcept;

}  // namespace platos::provider_offline
