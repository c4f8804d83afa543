// Code and files of a conversation, by the shipped skills in a real daemon.
#pragma once

#include <string>
#include <vector>

#include "integration/socket_stage.hpp"

namespace platos::tests {

struct CodeStage : SocketStage {
  explicit CodeStage(std::vector<std::string> arguments = {}) : SocketStage(std::move(arguments)) {}

  std::string agent_id = agent("mock-toolsay", {{"skills", {"code", "files"}}});
  std::string thread;  ///< of call_tool(); empty: one of its own, from the first call on

  /// Makes the model call a tool in the thread; the tool's result.
  Json call_tool(const std::string& tool, const Json& arguments) {
    Json body = {{"message", spelled_call(tool, arguments)}};
    if (!thread.empty()) body["threadId"] = thread;
    const auto events = stream(agent_id, body);
    if (thread.empty()) thread = event_of(events, "meta")["thread_id"];
    return event_of(events, "tool_result");
  }
};

}  // namespace platos::tests
