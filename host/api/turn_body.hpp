// What a client says when it begins a turn, whatever carries it.
#pragma once

#include "agent/turns.hpp"
#include "api/route.hpp"
#include "model/json.hpp"

namespace platos::api {

/// {message, agentId?, threadId?, replyToMessageId?, onBusy?, modelLabel?, systemPromptOverride?, dynamicBlocks?,
/// outputSchema?, allowedTools?, context? (also sessionContext, sessionContextOverride)}. InvalidArgument
/// "invalid_field"; NotFound "attachment_not_found".
Result<agent::TurnRequest> turn_from_body(const model::Json& body);

/// Who asks, and what the headers say: idempotency key, trace, and X-Platos-Config, which is JSON with model, maxSteps,
/// contextLimit, historyMode and agentRetryConfig. InvalidArgument "invalid_field"; PermissionDenied "forbidden" for
/// who may not change agents and says what an agent should be.
Result<void> describe_request(const Call& call, agent::TurnRequest& turn);

/// May the principal ask for what the turn changes of its agent, and say what its session is? An end user may not: what
/// stands there is trusted by tools. PermissionDenied "forbidden".
Result<void> check_overrides(const agent::TurnRequest& turn);

}  // namespace platos::api
