// Talks to an agent: one message, or a conversation at a prompt.
#pragma once

#include <optional>
#include <string>

#include "cli/connection.hpp"

namespace platos::cli {

struct ChatOptions {
  std::string agent;  ///< empty: the thread's own, or "hello" in a new thread
  std::string thread_id;
  std::optional<std::string> message;
  bool thinking = false;
};

/// The exit code. Without a message: a conversation when stdin is a terminal, else all of stdin is the message.
int chat(const Globals& globals, ChatOptions options);

}  // namespace platos::cli
