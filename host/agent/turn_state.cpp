#include "agent/turn_state.hpp"

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "model/json.hpp"
#include "tools/call_batch.hpp"
#include "tools/call_settlement.hpp"

namespace platos::agent {
namespace {

// Journals are our own writing, but they are read from a file: bounded like everything else that enters.
constexpr model::JsonLimits kJournalLimits{64 * 1024 * 1024, 64, 1'000'000};

model::Json parse(const std::string& text) {
  return model::parse_bounded(text, "a journal row", kJournalLimits).value_or(model::Json::object());
}

bool is_part_of(const std::string& id, const std::string& call_id) {
  return id.size() > call_id.size() && id.starts_with(call_id) && id[call_id.size()] == '.';
}

std::string joined(const std::vector<TurnStep>& steps, std::string model::ChatResponse::*member) {
  std::string text;
  for (const auto& step : steps) {
    const std::string& piece = step.response.*member;
    if (piece.empty()) continue;
    if (!text.empty()) text += "\n\n";
    text += piece;
  }
  return text;
}

// A call of the model, or a part of its execute_tools.
std::optional<model::ToolCall> find_call(const std::vector<model::ToolCall>& calls, const std::string& id) {
  for (const auto& call : calls) {
    if (call.call_id == id) return call;
    if (!is_part_of(id, call.call_id)) continue;
    for (const auto& part : tools::parts_of(call).value_or(std::vector<model::ToolCall>())) {
      if (part.call_id == id) return part;
    }
  }
  return std::nullopt;
}

}  // namespace

TurnState TurnState::rebuild(const engine::Run& run) {
  TurnState state;
  for (const auto& row : run.former_journal()) {
    const model::Json payload = parse(row.payload_json);
    if (row.kind == model::journal::kModelResponse) {
      state.record(model::chat_response_from_json(payload));
    } else if (row.kind == model::journal::kToolStarted && !state.steps_.empty()) {
      state.steps_.back().begun[payload.value("call", "")] = tools::begun_call_from_json(payload);
    } else if (row.kind == model::journal::kToolSettled && !state.steps_.empty()) {
      const auto outcome = model::tool_outcome_from_json(payload);
      state.remember(run.id(), outcome);
      state.record({outcome});
    }
  }
  return state;
}

void TurnState::record(model::ChatResponse response) {
  add_usage(response.model, response.usage);
  steps_.push_back({std::move(response), {}, {}});
}

void TurnState::record(const std::vector<model::ToolOutcome>& outcomes) {
  TurnStep& step = steps_.back();
  for (const auto& outcome : outcomes) step.outcomes[outcome.call_id] = outcome;
}

// As the dispatcher did when it happened.
void TurnState::remember(const std::string& run_id, const model::ToolOutcome& outcome) {
  const TurnStep& step = steps_.back();
  const auto begun = step.begun.find(outcome.call_id);
  const bool idempotent = begun != step.begun.end() && begun->second.effect == model::Effect::Idempotent;
  if (!outcome.is_in_doubt() && !idempotent) return;
  const auto call = find_call(step.response.tool_calls, outcome.call_id);
  if (!call) return;
  const std::string key = tools::call_key(*call);
  if (!outcome.is_in_doubt()) {
    unknown_outcomes.erase(key);
  } else if (begun != step.begun.end() && !begun->second.idempotency_key.empty()) {
    unknown_outcomes.emplace(key, begun->second.idempotency_key);
  } else {
    unknown_outcomes.emplace(key, tools::idempotency_key(run_id, outcome.call_id));
  }
}

std::vector<tools::PendingCall> TurnState::pending_calls() const {
  std::vector<tools::PendingCall> pending;
  if (steps_.empty()) return pending;
  const TurnStep& step = steps_.back();
  for (const auto& call : step.response.tool_calls) {
    if (step.outcomes.contains(call.call_id)) continue;
    tools::PendingCall each{call};
    if (const auto begun = step.begun.find(call.call_id); begun != step.begun.end()) each.begun = begun->second;
    for (const auto& [id, outcome] : step.outcomes) {
      if (is_part_of(id, call.call_id)) each.settled_parts.push_back(outcome);
    }
    for (const auto& [id, begun] : step.begun) {
      if (is_part_of(id, call.call_id)) each.begun_parts.emplace(id, begun);
    }
    pending.push_back(std::move(each));
  }
  return pending;
}

tools::CallMemory TurnState::call_memory() const {
  tools::CallMemory memory;
  for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
    for (const auto& call : steps_[i].response.tool_calls) {
      const auto outcome = steps_[i].outcomes.find(call.call_id);
      if (outcome != steps_[i].outcomes.end()) memory.note(i, call, outcome->second);
    }
  }
  return memory;
}

bool TurnState::wants_another_step() const { return steps_.empty() || !steps_.back().response.tool_calls.empty(); }

std::vector<model::ChatMessage> TurnState::messages() const {
  std::vector<model::ChatMessage> messages;
  for (const auto& step : steps_) {
    model::ChatMessage said;
    said.role = model::Role::Assistant;
    said.text = step.response.text;
    said.tool_calls = step.response.tool_calls;
    said.extras = step.response.extras;
    said.extras_of = step.response.model;
    messages.push_back(std::move(said));
    for (const auto& call : step.response.tool_calls) {
      const auto outcome = step.outcomes.find(call.call_id);
      if (outcome == step.outcomes.end()) continue;
      model::ChatMessage result;
      result.role = model::Role::Tool;
      result.text = outcome->second.result_json;
      result.tool_call_provider_id = call.provider_id.empty() ? call.call_id : call.provider_id;
      result.is_error = outcome->second.is_error;
      messages.push_back(std::move(result));
    }
  }
  return messages;
}

std::string TurnState::text() const { return joined(steps_, &model::ChatResponse::text); }
std::string TurnState::reasoning() const { return joined(steps_, &model::ChatResponse::reasoning); }

std::string TurnState::tool_log_json() const {
  std::string log;
  const auto add = [&log](base::JsonObject entry) {
    log += log.empty() ? '[' : ',';
    log += entry.take();
  };
  for (const auto& step : steps_) {
    for (const auto& call : step.response.tool_calls) {
      base::JsonObject asked;
      asked.text("type", "call").text("name", call.model_name).text("callId", call.call_id);
      const bool readable = model::parse_bounded(call.arguments_json, "arguments").has_value();
      if (readable) asked.json("params", call.arguments_json);
      if (!readable) asked.text("params", call.arguments_json);
      add(std::move(asked));
      const auto outcome = step.outcomes.find(call.call_id);
      if (outcome == step.outcomes.end()) continue;
      base::JsonObject answered;
      answered.text("type", "result").text("name", call.model_name).text("callId", call.call_id);
      answered.json("result", outcome->second.result_json);
      if (outcome->second.is_error) answered.boolean("isError", true);
      add(std::move(answered));
    }
  }
  return log.empty() ? log : log + ']';
}

}  // namespace platos::agent
