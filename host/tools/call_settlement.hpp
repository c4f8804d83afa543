// What stands on disk of a call: before it is made, and when it has ended.
#pragma once

#include "engine/run.hpp"
#include "tools/prepared_call.hpp"

namespace platos::tools {

/// Journal and ledger of a call that begins. The run's next commit holds them.
void note_started(engine::Run& run, const PreparedCall& prepared);

/// Event, journal and ledger of a call that has ended. The run's next commit holds them.
void note_settled(engine::Run& run, const PreparedCall& prepared, const model::ToolOutcome& outcome);

/// The key that every attempt of one call hands to its tool.
std::string idempotency_key(const engine::Run& run, const model::ToolCall& call);

/// A result that is longer than `max_bytes` as the model sees it: its beginning, and how long the whole is.
std::string bounded(std::string result_json, std::size_t max_bytes);

}  // namespace platos::tools
