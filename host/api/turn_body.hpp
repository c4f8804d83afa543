// What a client says when it begins a turn, whatever carries it.
#pragma once

#include "agent/turns.hpp"
#include "api/route.hpp"
#include "model/json.hpp"

namespace platos::api {

/// {message, agentId?, threadId?, onBusy?, dynamicBlocks?, outputSchema?}. InvalidArgument "invalid_field".
Result<agent::TurnRequest> turn_from_body(const model::Json& body);

/// Who asks, and what the headers say: idempotency key and trace.
void describe_request(const Call& call, agent::TurnRequest& turn);

}  // namespace platos::api
