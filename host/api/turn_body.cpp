#include "api/turn_body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace platos::api {
namespace {

using model::Json;

/// dynamicBlocks and outputSchema.
Result<void> read_extras(const Json& body, agent::TurnRequest& turn) {
  if (const auto blocks = body.find("dynamicBlocks"); blocks != body.end() && !blocks->is_null()) {
    const bool texts = blocks->is_object() && blocks->size() <= 64 &&
                       std::all_of(blocks->begin(), blocks->end(), [](const Json& each) { return each.is_string(); });
    if (!texts) return fail(model::invalid_field("dynamicBlocks", "an object of texts", model::kind_of(*blocks)));
    turn.dynamic_blocks = blocks->get<std::map<std::string, std::string>>();
  }
  if (const auto schema = body.find("outputSchema"); schema != body.end() && !schema->is_null()) {
    if (!schema->is_object()) return fail(model::invalid_field("outputSchema", "an object", model::kind_of(*schema)));
    turn.output_schema_json = model::dump(*schema);
  }
  return {};
}

}  // namespace

Result<agent::TurnRequest> turn_from_body(const Json& body) {
  agent::TurnRequest turn;
  auto message = model::required_text(body, "message");
  if (!message) return fail(message.error());
  turn.message = std::move(*message);
  const auto agent = model::optional_text(body, "agentId");
  const auto thread = model::optional_text(body, "threadId");
  const auto on_busy = model::optional_text(body, "onBusy");
  for (const auto* each : {&agent, &thread, &on_busy}) {
    if (!*each) return fail(each->error());
  }
  if (auto read = read_extras(body, turn); !read) return fail(read.error());
  turn.agent = agent->value_or("");
  turn.thread_id = thread->value_or("");
  const std::string busy = on_busy->value_or("reject");
  if (busy != "reject" && busy != "queue")
    return fail(model::invalid_field("onBusy", "\"reject\" or \"queue\"", "\"" + busy + "\""));
  turn.queue_when_busy = busy == "queue";
  return turn;
}

void describe_request(const Call& call, agent::TurnRequest& turn) {
  turn.who = call.who;
  turn.route = call.route;
  turn.request_id = call.request.request_id;
  turn.idempotency_key = call.request.header("idempotency-key");
  turn.traceparent = call.request.header("traceparent");
}

}  // namespace platos::api
