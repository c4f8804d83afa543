#include "tools/call_settlement.hpp"

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/tool_calls.hpp"

namespace platos::tools {

std::string idempotency_key(const engine::Run& run, const model::ToolCall& call) {
  return run.id() + ":" + call.call_id;
}

void note_started(engine::Run& run, const PreparedCall& prepared) {
  const auto& call = prepared.call;
  store::LedgerRow row;
  row.run_id = run.id();
  row.call_id = call.call_id;
  row.instance = prepared.tool->instance;
  row.tool = prepared.tool->name;
  row.argument_hash = base::sha256_hex(call.arguments_json);
  row.effect = prepared.tool->effect;
  row.idempotency_key = idempotency_key(run, call);
  row.started_us = run.now_us();
  if (prepared.is_part) run.emit(model::tool_call_event(call));
  run.journal(model::journal::kToolStarted,
              model::dump({{"call", call.call_id}, {"effect", model::to_text(row.effect)}}));
  run.store([scope = run.record().scope, row](store::Session& session) -> Result<void> {
    store::ToolCalls(session).start(scope, row);
    return {};
  });
}

void note_settled(engine::Run& run, const PreparedCall& prepared, const model::ToolOutcome& outcome) {
  run.emit(model::tool_result_event(prepared.call, outcome));
  run.journal(model::journal::kToolSettled, model::dump(model::to_json(outcome)));
  if (prepared.tool == nullptr) return;
  const std::string state = outcome.code == "outcome_unknown" ? "unknown" : outcome.is_error ? "failed" : "succeeded";
  run.store([scope = run.record().scope, run_id = run.id(), outcome, state,
             now = run.now_us()](store::Session& session) -> Result<void> {
    store::ToolCalls(session).settle(scope, run_id, outcome.call_id, state, outcome.result_json, now);
    return {};
  });
}

std::string bounded(std::string result_json, std::size_t max_bytes) {
  if (result_json.size() <= max_bytes) return result_json;
  std::string cut = R"({"truncated":true,"bytes":)" + std::to_string(result_json.size()) + R"(,"text":)";
  base::append_json_string(cut, base::cut_utf8(result_json, max_bytes));
  cut += '}';
  return cut;
}

}  // namespace platos::tools
