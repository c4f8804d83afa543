#include "api/turn_body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/handlers.hpp"
#include "base/text.hpp"
#include "model/context.hpp"

namespace platos::api {
namespace {

using model::Json;

constexpr std::size_t kMaxConfigBytes = 8192;
constexpr std::size_t kMaxModelBytes = 200;

/// dynamicBlocks, outputSchema and allowedTools.
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
  auto allowed = model::allowed_tools_from_json(body.value("allowedTools", Json()), "allowedTools");
  if (!allowed) return fail(allowed.error());
  turn.allowed_tools = std::move(*allowed);
  return {};
}

/// The session's context, under any of its names.
Result<void> read_context(const Json& body, agent::TurnRequest& turn) {
  for (const char* member : {"context", "sessionContext", "sessionContextOverride"}) {
    const auto found = body.find(member);
    if (found == body.end() || found->is_null()) continue;
    auto checked = model::check_session_context(*found, member);
    if (!checked) return fail(checked.error());
    turn.session_json = std::move(*checked);
  }
  return {};
}

/// What is another than usual about the turn.
Result<void> read_changes(const Json& body, agent::TurnRequest& turn) {
  const auto label = model::optional_text(body, "modelLabel");
  const auto prompt = model::optional_text(body, "systemPromptOverride");
  const auto reply_to = model::optional_text(body, "replyToMessageId");
  for (const auto* each : {&label, &prompt, &reply_to}) {
    if (!*each) return fail(each->error());
  }
  turn.overrides.model_label = label->value_or("");
  turn.overrides.system_prompt = prompt->value_or("");
  turn.reply_to_id = reply_to->value_or("");
  const auto attachments = optional_texts(body, "attachmentIds");
  if (!attachments) return fail(attachments.error());
  if (*attachments && !(*attachments)->empty()) {
    return fail(ErrorKind::NotFound, "attachment_not_found",
                "there is no attachment \"" + base::printable((*attachments)->front(), 80) + "\"");
  }
  return {};
}

Result<void> read_config_header(std::string_view header, agent::TurnOverrides& overrides) {
  if (header.empty()) return {};
  if (header.size() > kMaxConfigBytes)
    return fail(model::invalid_field("X-Platos-Config", "at most 8192 bytes", std::to_string(header.size())));
  const auto config = model::parse_bounded(header, "X-Platos-Config");
  if (!config) return fail(config.error());
  if (!config->is_object())
    return fail(model::invalid_field("X-Platos-Config", "a JSON object", model::kind_of(*config)));
  const auto name = model::optional_text(*config, "model");
  const auto steps = model::optional_integer(*config, "maxSteps", 1, 100);
  const auto limit = model::optional_integer(*config, "contextLimit", 1, 1000);
  const auto mode = model::optional_text(*config, "historyMode");
  const auto rules = model::read_retry_rules(config->value("agentRetryConfig", Json()));
  if (!name) return fail(name.error());
  if (!steps) return fail(steps.error());
  if (!limit) return fail(limit.error());
  if (!mode) return fail(mode.error());
  if (!rules) return fail(rules.error());
  if (name->value_or("").size() >= kMaxModelBytes)
    return fail(model::invalid_field("X-Platos-Config.model", "under 200 bytes", std::to_string((*name)->size())));
  const std::string wanted = mode->value_or("");
  if (!wanted.empty() && wanted != "rolling" && wanted != "compact")
    return fail(model::invalid_field("X-Platos-Config.historyMode", "\"rolling\" or \"compact\"", wanted));
  overrides.model = name->value_or("");
  overrides.max_steps = *steps;
  overrides.context_limit = *limit;
  if (!wanted.empty())
    overrides.history_mode = wanted == "compact" ? model::HistoryMode::Compact : model::HistoryMode::Rolling;
  if (!rules->empty()) overrides.retry_rules_json = model::dump(model::to_json(*rules));
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
  if (auto read = read_changes(body, turn); !read) return fail(read.error());
  if (auto read = read_context(body, turn); !read) return fail(read.error());
  return turn;
}

Result<void> check_overrides(const agent::TurnRequest& turn) {
  const bool is_end_user = turn.who.actor.rfind("session:", 0) == 0 || !turn.who.may(model::kWrite);
  if (!turn.session_json.empty() && is_end_user) {
    return fail(ErrorKind::PermissionDenied, "forbidden",
                "context: only a backend says what the session is, with a key that may change agents");
  }
  agent::TurnOverrides harmless;  // a label names one of the agent's own models
  harmless.model_label = turn.overrides.model_label;
  if (turn.overrides == harmless || turn.who.may(model::kWrite)) return {};
  return fail(ErrorKind::PermissionDenied, "forbidden",
              "systemPromptOverride and X-Platos-Config: only those who may change agents use them");
}

Result<void> describe_request(const Call& call, agent::TurnRequest& turn) {
  turn.who = call.who;
  turn.route = call.route;
  turn.request_id = call.request.request_id;
  turn.idempotency_key = call.request.header("idempotency-key");
  turn.traceparent = call.request.header("traceparent");
  if (auto read = read_config_header(call.request.header("x-platos-config"), turn.overrides); !read) return read;
  return check_overrides(turn);
}

}  // namespace platos::api
