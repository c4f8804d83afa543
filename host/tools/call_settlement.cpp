#include "tools/call_settlement.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/tool_audit.hpp"
#include "store/tool_calls.hpp"
#include "store/tool_results.hpp"
#include "tools/metering.hpp"
#include "tools/outcomes.hpp"

namespace platos::tools {
namespace {

constexpr std::size_t kPreviewCharacters = 4096;

store::ToolAuditRow audit_row(const engine::Run& run, const PreparedCall& prepared, const model::ToolOutcome& outcome) {
  store::ToolAuditRow row;
  row.id = prepared.call.call_id;
  row.run_id = run.id();
  row.thread_id = run.record().thread_id;
  row.agent_id = run.record().agent_id;
  row.user_id = run.record().user_id;
  row.model_name = prepared.call.model_name;
  if (prepared.tool != nullptr) {
    row.instance = prepared.tool->instance;
    row.tool = prepared.tool->name;
    row.effect = model::to_text(prepared.tool->effect);
  }
  row.status = store::audit_status(outcome.is_error ? outcome.code : "");
  row.error_code = outcome.is_error ? outcome.code : "";
  row.created_us = run.now_us();
  row.latency_us = prepared.started_us == 0 ? 0 : row.created_us - prepared.started_us;
  row.trace_id = telemetry::trace_id_hex(prepared.parent.trace_id);
  row.arguments_json = prepared.call.arguments_json;
  row.result_json = outcome.result_json;
  return row;
}

// As a text inside of JSON, the beginning is at most twice as long.
std::string_view preview_of(std::string_view result_json, std::size_t max_bytes) {
  std::size_t end = 0;
  for (std::size_t characters = 0; end < result_json.size(); ++end) {
    const bool begins_character = (static_cast<unsigned char>(result_json[end]) & 0xC0) != 0x80;
    if (begins_character && ++characters > kPreviewCharacters) break;
  }
  return base::cut_utf8(result_json, std::min(end, max_bytes / 2));
}

std::optional<store::SkillUsageRow> usage_row(const store::ToolAuditRow& audited, const PreparedCall& prepared,
                                              const CallEnd& end) {
  const bool has_run = prepared.tool != nullptr && prepared.started_us != 0;
  if (!has_run || model::skill_of(*prepared.tool).empty()) return std::nullopt;
  return skill_usage_of(audited, *prepared.tool, end.usage);
}

}  // namespace

std::string idempotency_key(const std::string& run_id, const std::string& call_id) { return run_id + ":" + call_id; }

BegunCall begun_call_from_json(const model::Json& payload) {
  BegunCall begun;
  begun.effect = model::effect_from_text(payload.value("effect", "once"));
  begun.arguments_json = payload.value("arguments", "");
  begun.idempotency_key = payload.value("key", "");
  return begun;
}

void note_started(engine::Run& run, const PreparedCall& prepared) {
  const auto& call = prepared.call;
  store::LedgerRow row;
  row.run_id = run.id();
  row.call_id = call.call_id;
  row.instance = prepared.tool->instance;
  row.tool = prepared.tool->name;
  row.effect = prepared.tool->effect;
  row.idempotency_key = prepared.idempotency_key;
  row.started_us = run.now_us();
  if (prepared.is_part) run.emit(model::tool_call_event(call));
  base::JsonObject begun;
  begun.text("call", call.call_id).text("effect", model::to_text(row.effect));
  if (call.arguments_json != prepared.written_arguments_json) begun.text("arguments", call.arguments_json);
  if (row.idempotency_key != idempotency_key(run.id(), call.call_id)) begun.text("key", row.idempotency_key);
  run.journal(model::journal::kToolStarted, begun.take());
  run.store([scope = run.record().scope, row](store::Session& session) -> Result<void> {
    store::ToolCalls(session).start(scope, row);
    return {};
  });
}

void note_settled(engine::Run& run, const PreparedCall& prepared, CallEnd end) {
  const auto& outcome = end.outcome;
  run.emit(model::tool_result_event(prepared.call, outcome));
  run.journal(model::journal::kToolSettled, model::encode(outcome));
  auto audited = audit_row(run, prepared, outcome);
  auto used = usage_row(audited, prepared, end);
  const std::string state = outcome.is_in_doubt() ? "unknown" : outcome.is_error ? "failed" : "succeeded";
  const bool is_known = prepared.tool != nullptr || prepared.begun;
  // The attempt before, whose outcome nobody knew, had the same key: what became of this one became of it.
  const bool settles_former = prepared.idempotency_key != idempotency_key(run.id(), prepared.call.call_id);
  run.store([scope = run.record().scope, row = std::move(audited), used = std::move(used),
             whole = std::move(end.whole_result_json), state, is_known,
             key = settles_former ? prepared.idempotency_key : std::string(),
             now = run.now_us()](store::Session& session) -> Result<void> {
    if (is_known) store::ToolCalls(session).settle(scope, row.run_id, row.id, state, now);
    if (!key.empty()) store::ToolCalls(session).settle_unknown_of(scope, row.run_id, key, state, now);
    store::ToolAudit(session).add(scope, row);
    if (used) store::SkillUsage(session).add(scope, *used);
    if (!whole.empty()) store::ToolResults(session).put(scope, row.run_id, row.id, whole, now);
    return {};
  });
}

void note_given_up(engine::Run& run, const PreparedCall& prepared) {
  const auto& call = prepared.call;
  const bool began_earlier = prepared.begun.has_value();
  CallEnd end;
  if (prepared.refusal) {
    end.outcome = *prepared.refusal;
  } else if (prepared.in_doubt) {
    end.outcome = outcome_unknown(call, "the turn was ended before its reconcile tool was asked");
  } else {
    end.outcome = failed(call.call_id, "cancelled",
                         began_earlier ? "The turn was ended before this call was made again."
                                       : "The turn was ended before this call was made.");
    end.outcome.maybe_done = began_earlier && prepared.begun->effect != model::Effect::Read;
  }
  note_settled(run, prepared, std::move(end));
}

CallEnd success(const model::ToolCall& call, std::string result_json, std::size_t max_bytes) {
  CallEnd end;
  end.outcome.call_id = call.call_id;
  if (result_json.size() <= max_bytes) {
    end.outcome.result_json = std::move(result_json);
    return end;
  }
  base::JsonObject cut;
  cut.boolean("truncated", true).text("preview", preview_of(result_json, max_bytes));
  cut.number("original_bytes", static_cast<std::int64_t>(result_json.size()));
  end.outcome.result_json = cut.take();
  end.whole_result_json = std::move(result_json);
  return end;
}

}  // namespace platos::tools
