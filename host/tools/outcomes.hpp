// How calls end when they do not end well: one vocabulary for models, journals and ledgers.
#pragma once

#include <string>

#include "base/result.hpp"
#include "model/tool.hpp"

namespace platos::tools {

/// `text` is what the model reads.
model::ToolOutcome failed(const std::string& call_id, std::string code, const std::string& text);
model::ToolOutcome outcome_unknown(const model::ToolCall& call, const std::string& why = {});
/// Of a tool that settings or rules have taken away since the turn began.
model::ToolOutcome tool_blocked(const model::ToolCall& call);
/// Nobody can tell whether it may be called: it may not.
model::ToolOutcome settings_unreadable(const model::ToolCall& call, const Error& error);

/// How a call ended with this error. One over a rate limit is {"error": "rate_limit", "message", "retryAfterSeconds"}.
model::ToolOutcome failure_of(const std::string& call_id, const Error& error);
/// The code of a tool's own error.
std::string code_of(const Error& error);
/// After these errors the tool may have done its work: nobody knows.
bool leaves_doubt(const Error& error);

}  // namespace platos::tools
