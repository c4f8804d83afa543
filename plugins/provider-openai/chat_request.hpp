// Turns a canonical chat request (sdk/schema/chat-request.json) into the body of a chat-completions request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/provider/tool_names.hpp"
#include "config.hpp"
#include "tool_call_ids.hpp"

namespace platos::provider_openai {

/// What an exchange needs of its request.
struct ChatRequest {
  std::string body = {};               ///< JSON
  bool stream = true;                  ///< false only when the request says so
  std::string url = {};                ///< empty: that of the endpoint, which does not depend on the model
  ToolNames tool_names = {};           ///< to translate the names in the answer
  ToolCallIds tool_call_ids = {};      ///< and the ids
  std::size_t earlier_tool_calls = 0;  ///< in the conversation so far
};

/// Strings, schemas and arguments are copied as they stand in the request; the host has checked it against the schema.
/// Members of `vendor` are written at the top level and replace those of the same name, except model, messages and
/// stream. `thinking` has no counterpart on this wire and is left out.
/// Throws sdk::Error(INVALID_ARGUMENT), and UNIMPLEMENTED for tools, or a conversation with tool calls, where the
/// configuration says that the vendor takes none.
ChatRequest build_chat_request(std::string_view request_json, const Config& config);

}  // namespace platos::provider_openai
