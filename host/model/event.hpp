// The events that clients see. Each is encoded once, as the JSON of the wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/approval.hpp"
#include "model/tool.hpp"
#include "model/usage.hpp"

namespace platos::model {

/// One event without its closing brace: the stream adds "_seq" and "_run" when it gives the number.
struct Event {
  enum class Class {
    Unspecified,
    Volatile,  ///< published at once
    Settled,   ///< published after the commit that holds it
  };
  Class publication = Class::Volatile;
  std::string open_json;
};

Event status_event(std::string_view status, std::string_view agent_id);
Event token_event(std::string_view text);
Event thinking_event(std::string_view text);
Event meta_event(std::string_view thread_id, std::string_view agent_id, std::string_view run_id);
Event tool_call_event(const ToolCall& call);
Event tool_result_event(const ToolCall& call, const ToolOutcome& outcome);
/// A person must decide.
Event approval_needed_event(const Approval& approval);
/// It was decided, or will not be.
Event approval_resolved_event(const Approval& approval);
/// Everything from `discard_from` up to this event is void.
Event retry_boundary_event(int step, std::int64_t discard_from);
/// Between the texts of two steps; voids nothing.
Event text_boundary_event();
/// `reply_to`: the message that it hangs on, or empty.
Event message_persisted_event(std::string_view message_id, std::string_view thread_id, const Usage& usage,
                              std::string_view reply_to = {});
/// `flags_json`: a JSON array.
Event safety_flags_event(std::string_view flags_json);
/// `object_json`: the value that the schema accepted, at the attempt of that number.
Event structured_output_event(std::string_view object_json, int attempts);
/// `flags_json`: what governors found, or empty. `attempts`: of structured output, 0 for other errors.
Event error_event(const Error& error, std::string_view flags_json = {}, int attempts = -1);
/// `ending`: empty, "stopped" (asked for) or "aborted" (deadline).
Event done_event(const Usage& usage, std::string_view ending);

/// A whole event that belongs to no run: heartbeats, and refusals before acceptance.
std::string heartbeat_json(std::int64_t wall_us);
std::string closed(const Event& event);

}  // namespace platos::model
