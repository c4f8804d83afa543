// What stands on disk of a call: before it is made, and when it has ended.
#pragma once

#include "engine/run.hpp"
#include "tools/prepared_call.hpp"

namespace platos::tools {

/// Journal and ledger of a call that begins. The run's next commit holds them.
void note_started(engine::Run& run, const PreparedCall& prepared);

/// Event, journal, ledger and audit of a call that has ended, and its whole result. The run's next commit holds them.
void note_settled(engine::Run& run, const PreparedCall& prepared, CallEnd end);

/// note_settled() of a call that a turn which ends does not make, or has begun in a process that is gone.
void note_given_up(engine::Run& run, const PreparedCall& prepared);

/// The key of a call, unless it repeats one whose outcome nobody knows.
std::string idempotency_key(const std::string& run_id, const std::string& call_id);

/// What kToolStarted says of a call.
BegunCall begun_call_from_json(const model::Json& payload);

/// A success. Of a result that is longer than `max_bytes` the model sees {truncated, preview, original_bytes}: its
/// first 4096 characters at most, and how long the whole is.
CallEnd success(const model::ToolCall& call, std::string result_json, std::size_t max_bytes);

}  // namespace platos::tools
