#include "model/event.hpp"

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/json_text.hpp"

namespace platos::model {
namespace {

/// Appends `,"name":"text"`.
void add_text(Event& event, std::string_view name, std::string_view text) {
  event.open_json += ",\"";
  event.open_json += name;
  event.open_json += "\":";
  base::append_json_string(event.open_json, text);
}

void add_raw(Event& event, std::string_view name, std::string_view json) {
  event.open_json += ",\"";
  event.open_json += name;
  event.open_json += "\":";
  event.open_json += json;
}

Event begin(Event::Class publication, std::string_view type) {
  Event event;
  event.publication = publication;
  constexpr std::size_t kUsual = 120;
  event.open_json.reserve(kUsual);
  event.open_json = R"({"type":")";
  event.open_json += type;
  event.open_json += '"';
  return event;
}

}  // namespace

Event status_event(std::string_view status, std::string_view agent_id) {
  Event event = begin(Event::Class::Volatile, "status");
  add_text(event, "status", status);
  add_text(event, "agentId", agent_id);
  return event;
}

Event token_event(std::string_view text) {
  Event event = begin(Event::Class::Volatile, "token");
  add_text(event, "text", text);
  return event;
}

Event thinking_event(std::string_view text) {
  Event event = begin(Event::Class::Volatile, "thinking");
  add_text(event, "text", text);
  return event;
}

Event meta_event(std::string_view thread_id, std::string_view agent_id, std::string_view run_id) {
  Event event = begin(Event::Class::Settled, "meta");
  add_text(event, "thread_id", thread_id);
  add_text(event, "agent_id", agent_id);
  add_text(event, "run_id", run_id);
  return event;
}

Event tool_call_event(const ToolCall& call) {
  Event event = begin(Event::Class::Settled, "tool_call");
  add_text(event, "name", call.model_name);
  const auto arguments = parse_bounded(call.arguments_json, "arguments");
  if (arguments && arguments->is_object()) {
    add_raw(event, "params", dump(*arguments));
  } else {
    add_text(event, "params", call.arguments_json);
  }
  add_text(event, "callId", call.call_id);
  return event;
}

Event tool_result_event(const ToolCall& call, const ToolOutcome& outcome) {
  Event event = begin(Event::Class::Settled, "tool_result");
  add_text(event, "name", call.model_name);
  add_raw(event, "result", outcome.result_json);
  add_text(event, "callId", call.call_id);
  if (outcome.is_error) {
    add_raw(event, "isError", "true");
    add_text(event, "code", outcome.code);
  }
  return event;
}

Event approval_needed_event(const Approval& approval) {
  Event event = begin(Event::Class::Settled, "approval_needed");
  add_text(event, "approvalId", approval.id);
  add_text(event, "action", approval.action);
  if (!approval.details.empty()) add_text(event, "details", approval.details);
  add_text(event, "agentId", approval.agent_id);
  add_text(event, "requestedBy", approval.requested_by);
  add_text(event, "source", approval.source);
  add_text(event, "callId", approval.call_id);
  if (!approval.tool.empty()) {
    add_text(event, "toolName", approval.tool);
    add_raw(event, "args", approval.arguments_json);
  }
  add_text(event, "requestHash", approval.request_hash);
  add_text(event, "timeoutAt", base::format_iso8601(approval.deadline_us));
  return event;
}

Event approval_resolved_event(const Approval& approval) {
  Event event = begin(Event::Class::Settled, "approval_resolved");
  add_text(event, "approvalId", approval.id);
  add_text(event, "status", to_text(approval.state));
  add_text(event, "respondedBy", approval.responded_by);
  if (!approval.comment.empty()) add_text(event, "comment", approval.comment);
  add_text(event, "agentId", approval.agent_id);
  return event;
}

Event retry_boundary_event(int step, std::int64_t discard_from) {
  Event event = begin(Event::Class::Settled, "message_boundary");
  add_text(event, "reason", "retry");
  add_raw(event, "step", std::to_string(step));
  add_raw(event, "discardFrom", std::to_string(discard_from));
  return event;
}

Event text_boundary_event() { return begin(Event::Class::Settled, "message_boundary"); }

Event message_persisted_event(std::string_view message_id, std::string_view thread_id, const Usage& usage,
                              std::string_view reply_to) {
  Event event = begin(Event::Class::Settled, "message_persisted");
  add_text(event, "messageId", message_id);
  add_text(event, "threadId", thread_id);
  add_raw(event, "costCents", cents(usage.cost_micro_usd));
  add_raw(event, "costKnown", usage.cost_micro_usd >= 0 ? "true" : "false");
  if (!reply_to.empty()) add_text(event, "replyToMessageId", reply_to);
  return event;
}

Event safety_flags_event(std::string_view flags_json) {
  Event event = begin(Event::Class::Settled, "safety_flags");
  add_raw(event, "flags", flags_json);
  return event;
}

Event structured_output_event(std::string_view object_json, int attempts) {
  Event event = begin(Event::Class::Settled, "structured_output");
  add_raw(event, "object", object_json);
  add_raw(event, "attempts", std::to_string(attempts));
  return event;
}

Event error_event(const Error& error, std::string_view flags_json, int attempts) {
  Event event = begin(Event::Class::Settled, "error");
  add_text(event, "message", error.message);
  add_text(event, "code", error.code);
  if (error.retry_after_ms > 0)
    add_raw(event, "retryAfterSeconds", std::to_string((error.retry_after_ms + 999) / 1000));
  if (!error.limited_by.empty()) {
    add_text(event, "scope", error.limited_by);
    add_raw(event, "limit", std::to_string(error.limit));
  }
  if (!error.validation_errors.empty()) add_raw(event, "validationErrors", dump(Json(error.validation_errors)));
  if (!flags_json.empty()) add_raw(event, "flags", flags_json);
  if (attempts >= 0) add_raw(event, "attempts", std::to_string(attempts));
  return event;
}

Event done_event(const Usage& usage, std::string_view ending) {
  Event event = begin(Event::Class::Settled, "done");
  if (usage.known()) add_raw(event, "usage", to_wire(usage));
  if (!ending.empty()) add_raw(event, ending, "true");
  return event;
}

std::string heartbeat_json(std::int64_t wall_us) {
  return R"({"type":"heartbeat","at":")" + base::format_iso8601(wall_us) + "\"}";
}

std::string closed(const Event& event) { return event.open_json + "}"; }

}  // namespace platos::model
