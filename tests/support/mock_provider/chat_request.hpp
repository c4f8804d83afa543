// The parts of a request body that an answer depends on, and how a chat-completions body is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::tests::mock {

/// A plain value.
struct ChatRequest {
  std::string model;
  bool stream = false;
  bool include_usage = false;
  std::optional<std::int64_t> max_tokens;
  std::int64_t messages = 0;
  std::string last_user_text;      ///< Text parts joined; empty when there is no user message.
  bool has_tool_result = false;    ///< A tool message follows the last user message.
  bool allows_tools = true;        ///< False for tool_choice "none".
  bool must_call_tool = false;     ///< A tool is demanded, whatever the model name says. Messages only.
  bool thinks = false;             ///< A thought comes before the answer. Messages only.
  bool reads_cache = false;        ///< The request has a cache mark. Messages only.
  std::vector<std::string> tools;  ///< Names on offer; only the one that tool_choice names, if it names one.
};

/// Throws RefusedRequest (see behaviour.hpp) for what the vendor would answer with a 400: no JSON, missing or mistyped
/// members, tool results without their call, calls without their results.
ChatRequest parse_chat_request(std::string_view body);

}  // namespace platos::tests::mock
