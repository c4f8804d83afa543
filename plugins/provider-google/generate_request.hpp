// Turns a canonical chat request (sdk/schema/chat-request.json) into the address and the body of a Gemini request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/provider/tool_names.hpp"
#include "config.hpp"

namespace platos::provider_google {

/// What an exchange needs of its request.
struct GenerateRequest {
  std::string url;                     ///< names the model, and whether to stream
  std::string body;                    ///< JSON
  bool stream = true;                  ///< false only when the request says so
  ToolNames tool_names;                ///< to translate the names in the answer
  std::string answer_tool;             ///< the tool whose arguments are the text of the answer; empty: none
  std::size_t earlier_tool_calls = 0;  ///< in the conversation so far
};

/// Strings, schemas and arguments are copied as they stand in the request; the host has checked it against the schema.
/// Members of `vendor` are written at the top level and replace those of the same name, except model, messages,
/// contents and stream; of generationConfig each member replaces ours of the same name. Throws
/// sdk::Error(INVALID_ARGUMENT), also for a model that is no model id.
GenerateRequest build_generate_request(std::string_view request_json, const Config& config);

}  // namespace platos::provider_google
