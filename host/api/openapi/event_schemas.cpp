// The events of a run's stream: one schema each, told apart by `type`.
#include "api/openapi/schemas.hpp"

namespace platos::api::openapi {
namespace {

struct Kind {
  std::string_view type;
  std::string_view component;
  std::string_view description;
  Json schema;
  bool is_sent = true;
};

/// What an event says, beside its type and its place in the stream.
Json event(std::string_view type, std::initializer_list<Member> required, std::initializer_list<Member> optional = {}) {
  Json schema = object(required, optional);
  schema["required"].push_back("type");
  schema["properties"]["type"] = {{"type", "string"}, {"const", type}};
  schema["properties"]["side"] = described(integer_from(0), "Of models side by side: the model's number");
  schema["properties"]["_seq"] = described(integer_from(1), "Number in the run; missing when it belongs to none");
  schema["properties"]["_run"] = described(text(), "The run");
  return schema;
}

Json flag() {
  Json schema = object({}, {{"type", described(text(),
                                               "pii, injection, exfiltration, grounded, tool_param, rate_limit, "
                                               "budget, governor, or what a governor calls it")},
                            {"severity", described(text(), "low, medium or high")},
                            {"detail", text()},
                            {"ruleId", text()},
                            {"matchedText", described(text(), "Masked")},
                            {"piiType", text()},
                            {"injectionPattern", text()}});
  schema["additionalProperties"] = true;
  return described(std::move(schema), "A finding, with whatever members the governor gave it");
}

Json flags() { return list_of(ref("SafetyFlag")); }
Json artifact_kind() { return words({"markdown", "code", "html", "json", "csv", "svg", "image"}); }

Json display() {
  return object({{"type", words({"card", "table", "code", "image-ref"})}},
                {{"summary", text()}, {"columns", list_of(any_value())}, {"language", text()}, {"url", text()}});
}

std::vector<Kind> answer_kinds() {
  return {
      {"status", "StatusEvent", "What the agent is doing",
       event("status", {{"status", text()}}, {{"agentId", text()}})},
      {"meta", "MetaEvent", "The first event: where the turn belongs",
       event("meta", {}, {{"thread_id", text()}, {"agent_id", text()}, {"run_id", text()}, {"usage", ref("Usage")}})},
      {"token", "TokenEvent", "A piece of the answer", event("token", {{"text", text()}})},
      {"message_boundary", "MessageBoundaryEvent",
       "Between the texts of two steps; with discardFrom, all from that "
       "event on is void",
       event("message_boundary", {}, {{"reason", text()}, {"step", integer()}, {"discardFrom", integer_from(1)}})},
      {"thinking", "ThinkingEvent", "A piece of the model's reasoning", event("thinking", {{"text", text()}})},
      {"tool_call", "ToolCallEvent", "The model asks for a tool",
       event("tool_call", {{"name", text()}, {"params", any_value()}, {"callId", text()}})},
      {"tool_result", "ToolResultEvent", "What the tool gave",
       event("tool_result", {{"name", text()}, {"result", any_value()}, {"callId", text()}},
             {{"isError", boolean()}, {"code", text()}, {"display", display()}})},
      {"structured_output", "StructuredOutputEvent", "The value that fits the output schema",
       event("structured_output", {{"object", any_value()}, {"attempts", integer_from(0)}})},
      {"message_persisted", "MessagePersistedEvent", "The answer is stored",
       event("message_persisted", {{"messageId", text()}, {"threadId", text()}, {"costCents", number()}},
             {{"costKnown", boolean()}, {"replyToMessageId", text()}})}};
}

std::vector<Kind> control_kinds() {
  return {{"approval_needed", "ApprovalNeededEvent", "A person must decide; the turn waits",
           event("approval_needed", {{"approvalId", text()}, {"action", text()}},
                 {{"details", any_value()},
                  {"agentId", text()},
                  {"requestedBy", text()},
                  {"source", text()},
                  {"callId", text()},
                  {"toolName", text()},
                  {"args", any_value()},
                  {"requestHash", text()},
                  {"timeoutAt", time()}})},
          {"approval_resolved", "ApprovalResolvedEvent", "It was decided, or will not be",
           event("approval_resolved", {{"approvalId", text()}, {"status", text()}},
                 {{"respondedBy", text()}, {"comment", text()}, {"agentId", text()}})},
          {"run_update", "RunUpdateEvent", "A run has come further",
           event("run_update", {{"runId", text()}, {"status", text()}},
                 {{"metadata", any_value()}, {"output", any_value()}, {"error", any_value()}}),
           false},
          {"safety_flags", "SafetyFlagsEvent", "What governors found", event("safety_flags", {{"flags", flags()}})},
          {"error", "ErrorEvent", "The turn failed, or was refused; `done` follows",
           event("error", {{"message", text()}},
                 {{"code", text()},
                  {"flags", flags()},
                  {"validationErrors", list_of(text())},
                  {"attempts", integer_from(0)},
                  {"model", text()},
                  {"providerId", text()},
                  {"retryAfterSeconds", integer_from(0)},
                  {"scope", text()},
                  {"limit", integer()}})},
          {"done", "DoneEvent", "The last event",
           event("done", {}, {{"usage", ref("Usage")}, {"stopped", boolean()}, {"aborted", boolean()}})},
          {"heartbeat", "HeartbeatEvent", "Nothing else was sent for a while", event("heartbeat", {{"at", time()}})}};
}

std::vector<Kind> artifact_kinds() {
  return {{"artifact_start", "ArtifactStartEvent", "An artifact begins",
           event("artifact_start",
                 {{"artifactId", text()},
                  {"artifactKey", text()},
                  {"kind", artifact_kind()},
                  {"revision", integer()},
                  {"op", words({"generate", "revise"})}},
                 {{"title", text()}, {"language", text()}}),
           false},
          {"artifact_delta", "ArtifactDeltaEvent", "A piece of an artifact",
           event("artifact_delta", {{"artifactId", text()}, {"artifactKey", text()}, {"chunk", text()}}), false},
          {"artifact_committed", "ArtifactCommittedEvent", "An artifact is stored",
           event("artifact_committed",
                 {{"artifactId", text()}, {"artifactKey", text()}, {"finalContent", text()}, {"createdAt", time()}},
                 {{"kind", artifact_kind()}, {"revision", integer()}, {"title", text()}, {"language", text()}}),
           false},
          {"artifact_error", "ArtifactErrorEvent", "An artifact failed",
           event("artifact_error",
                 {{"code", words({"invalid_kind", "invalid_content", "not_found", "scope_mismatch", "persist_failed"})},
                  {"message", text()}},
                 {{"artifactId", text()}, {"artifactKey", text()}}),
           false}};
}

std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  for (auto* part : {&answer_kinds, &control_kinds, &artifact_kinds}) {
    for (auto& kind : part()) kinds.push_back(std::move(kind));
  }
  return kinds;
}

}  // namespace

std::vector<std::string_view> sent_events() {
  std::vector<std::string_view> types;
  for (const auto& kind : all_kinds()) {
    if (kind.is_sent) types.push_back(kind.type);
  }
  return types;
}

std::vector<Schema> event_schemas() {
  std::vector<Schema> schemas = {{"SafetyFlag", flag()}};
  Json any = {{"description", "An event of a stream. Ignore types that you do not know: there will be more"},
              {"discriminator", {{"propertyName", "type"}, {"mapping", Json::object()}}}};
  for (const auto& kind : all_kinds()) {
    any["oneOf"].push_back(ref(kind.component));
    any["discriminator"]["mapping"][std::string(kind.type)] = ref(kind.component)["$ref"];
    const std::string reserved = kind.is_sent ? "" : ". Reserved: it is not sent yet";
    schemas.push_back({kind.component, described(kind.schema, std::string(kind.description) + reserved)});
  }
  schemas.push_back({"StreamEvent", std::move(any)});
  return schemas;
}

}  // namespace platos::api::openapi
