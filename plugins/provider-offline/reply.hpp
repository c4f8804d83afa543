// What the offline model says: every decision it takes, apart from how fast the words come.
#pragma once

#include <optional>
#include <string>

#include "chat_request.hpp"

namespace platos::provider_offline {

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments_json;
};

/// Either a tool call, or a text.
struct Reply {
  std::optional<ToolCall> tool_call;
  std::string text;
};

/// Depends on the request alone. Any thread.
///   request ends with tool results  -> an answer composed from them, or that nothing was found, or that it failed
///   greeting, or nothing to look up -> what this model is, and how to connect a real one
///   a search tool may be called     -> that call, with the question
///   otherwise                       -> that it needs the docs skill
Reply plan_reply(const ChatRequest& request);

}  // namespace platos::provider_offline
