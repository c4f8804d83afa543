// What a model is asked: the prompt of a turn, and the request of each of its steps. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/turn_setting.hpp"
#include "model/json.hpp"

namespace platos::agent {

/// Whether the prompt or the context mapping has places for the user's name or e-mail address, which must be looked up.
bool names_the_user(const model::AgentConfig& config);

/// What arguments of tools may name: the session's own keys, and "user" with id, name, email and current_time (that of
/// the turn's begin) as far as the session does not say otherwise: its word is a backend's, never an end user's.
/// `profile`: where name and email come from.
std::string tool_context_of(const model::RunRecord& run, const std::string& session_json, const model::Json& profile);
/// What {{ }} in a prompt may name: the same, and "session".
std::string prompt_context_of(const model::RunRecord& run, const std::string& session_json, const model::Json& profile);

/// The request of the next step: system prompt, history, the user's message in its context, what was said so far.
/// `user_message` is as the governors left it.
model::ChatRequest assemble_request(const TurnSetting& setting, const std::string& user_message,
                                    std::vector<model::ChatMessage> said, std::vector<model::SharedTool> tools);

}  // namespace platos::agent
