#include "api/tools_wire.hpp"

#include <nlohmann/json.hpp>

#include "api/wire.hpp"
#include "model/context.hpp"

namespace platos::api {
namespace {

using model::Json;

constexpr double kUsInMs = 1000;

Json text_or_null_json(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json json_of_text(const std::string& text) {
  if (text.empty()) return nullptr;
  auto parsed = model::parse_bounded(text, "a kept text");
  return parsed ? std::move(*parsed) : Json(text);
}

Json milliseconds(std::int64_t us) { return static_cast<double>(us) / kUsInMs; }

}  // namespace

Result<tools::Trial> read_trial(const Json& body) {
  tools::Trial trial;
  trial.arguments_json = "{}";
  for (const char* member : {"params", "arguments", "args"}) {
    const auto found = body.find(member);
    if (found == body.end() || found->is_null()) continue;
    if (!found->is_object()) return fail(model::invalid_field(member, "an object", model::kind_of(*found)));
    trial.arguments_json = model::dump(*found);
  }
  const auto agent = model::optional_text(body, "agentId");
  const auto confirmed = model::optional_bool(body, "confirm");
  if (!agent) return fail(agent.error());
  if (!confirmed) return fail(confirmed.error());
  trial.agent = agent->value_or("");
  trial.confirmed = confirmed->value_or(false);
  if (const auto context = body.find("context"); context != body.end() && !context->is_null()) {
    auto checked = model::check_session_context(*context, "context");
    if (!checked) return fail(checked.error());
    trial.session_json = std::move(*checked);
  }
  return trial;
}

bool is_of_source(const tools::ListedTool& each, const std::string& source) {
  return source.empty() || each.tool->instance == source || each.tool->instance == "entity:" + source;
}

Json to_wire(const tools::ListedTool& listed) {
  const auto& tool = *listed.tool;
  const bool is_entity = tool.instance.rfind("entity:", 0) == 0;
  return {{"toolId", tool.model_name},
          {"toolName", tool.name},
          {"name", tool.model_name},
          {"description", tool.description},
          {"category", model::category_of(tool)},
          {"source", tool.instance},
          {"entityId", is_entity ? tool.instance.substr(7) : tool.instance},
          {"paramSchema", json_of_text(tool.input_schema_json)},
          {"effect", model::to_text(tool.effect)},
          {"timeoutMs", tool.timeout_ms},
          {"meta", listed.is_meta},
          {"enabled", listed.verdict.enabled},
          {"permission", model::to_text(listed.verdict.permission)},
          {"because", listed.verdict.because}};
}

Json to_wire(const store::ToolHealth& health) {
  return {{"lastStatus", text_or_null_json(health.last_status)},
          {"failCount", health.fail_count},
          {"totalCalls", health.calls},
          {"totalFailures", health.failures},
          {"avgLatencyMs", milliseconds(health.mean_us)},
          {"p95LatencyMs", milliseconds(health.p95_us)},
          {"lastCalledAt", time_to_wire(health.last_called_us)}};
}

Json to_wire(const store::ToolAuditRow& row, bool with_texts) {
  const bool failed = row.status != "success";
  const Json result = with_texts ? json_of_text(row.result_json) : Json();
  return {{"id", row.id},
          {"callId", row.id},
          {"runId", text_or_null_json(row.run_id)},
          {"threadId", text_or_null_json(row.thread_id)},
          {"agentId", text_or_null_json(row.agent_id)},
          {"userId", text_or_null_json(row.user_id)},
          {"source", row.source},
          {"entityId", row.instance},
          {"toolId", row.model_name},
          {"toolName", row.tool},
          {"effect", row.effect},
          {"status", row.status},
          {"errorCode", text_or_null_json(row.error_code)},
          {"latencyMs", milliseconds(row.latency_us)},
          {"traceId", text_or_null_json(row.trace_id)},
          {"replayOf", text_or_null_json(row.replay_of)},
          {"args", with_texts ? json_of_text(row.arguments_json) : Json()},
          {"result", failed ? Json() : result},
          {"error", failed ? result : Json()},
          {"createdAt", time_to_wire(row.created_us)}};
}

Json to_wire(const store::LedgerRow& row) {
  return {{"runId", row.run_id},
          {"callId", row.call_id},
          {"source", row.instance},
          {"toolName", row.tool},
          {"effect", model::to_text(row.effect)},
          {"idempotencyKey", row.idempotency_key},
          {"status", row.state},
          {"startedAt", time_to_wire(row.started_us)},
          {"settledAt", time_to_wire(row.settled_us)},
          {"settledBy", text_or_null_json(row.settled_by)}};
}

Json to_wire(const tools::DryRun& run) {
  Json changes = Json::array();
  for (const auto& change : run.changes) {
    changes.push_back({{"toolId", change.tool},
                       {"calls", change.calls},
                       {"now", model::to_text(change.now)},
                       {"proposed", model::to_text(change.proposed)},
                       {"callIds", change.call_ids}});
  }
  return {{"considered", run.considered}, {"unknownTools", run.unknown}, {"changes", std::move(changes)}};
}

}  // namespace platos::api
