// What the store says against a turn, or in its place. Internal to agent.
#pragma once

#include <optional>
#include <string>

#include "agent/turns.hpp"
#include "store/tool_calls.hpp"

namespace platos::agent {

/// The key of a request as it is kept, without a run.
store::IdempotencyRow idempotency_row(const TurnRequest& request);

/// The earlier run of this key, if there is one. Mismatch "idempotency_mismatch" when the body is another.
Result<std::optional<TurnTicket>> find_replay(store::Session& session, const TurnRequest& request, std::int64_t now_us);

/// The messages of the thread that the turn is about. NotFound "message_not_found"; Conflict "message_not_active";
/// InvalidArgument "invalid_field" for a reply to a reply.
Result<void> check_messages(store::Session& session, const TurnRequest& request);

/// What the history of the turn leaves out besides the turn itself: the message that it is about.
std::string run_of(store::Session& session, const TurnRequest& request);

/// Whether the turn has to wait. Conflict "turn_in_progress" when it does not want to; ResourceExhausted
/// "thread_queue_full".
Result<bool> check_busy(store::Session& session, const TurnRequest& request, const std::string& thread_id,
                        std::int64_t max_queued);

}  // namespace platos::agent
