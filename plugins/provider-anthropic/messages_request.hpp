// Turns a canonical chat request (sdk/schema/chat-request.json) into the body of a Messages request.
#pragma once

#include <string>
#include <string_view>

#include "common/provider/tool_names.hpp"
#include "config.hpp"

namespace platos::provider_anthropic {

/// What an exchange needs of its request.
struct MessagesRequest {
  std::string body;         ///< JSON
  bool stream = true;       ///< false only when the request says so
  ToolNames tool_names;     ///< to translate the names in the answer
  std::string answer_tool;  ///< the tool whose arguments are the text of the answer; empty: none
};

/// Strings, schemas and arguments are copied as they stand in the request; the host has checked it against the schema.
/// Members of `vendor` are written at the top level and replace those of the same name, except model, messages and
/// stream.
/// Throws sdk::Error(INVALID_ARGUMENT), also when thinking.budget_tokens leaves nothing of max_output_tokens.
MessagesRequest build_messages_request(std::string_view request_json, const Config& config);

}  // namespace platos::provider_anthropic
