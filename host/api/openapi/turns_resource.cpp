// Turns: a message of a user, and all that an agent does until it has answered.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json allowed_tools() {
  return {
      {"type", "array"},
      {"maxItems", 200},
      {"items", text_up_to(256)},
      {"description",
       "Patterns of toolId or source/name, with * and ?: of its agent's tools, the turn has these alone. Empty: none. "
       "What fits no tool is passed over"}};
}

Json turn_body() {
  return object({{"message", {{"type", "string"}, {"minLength", 1}, {"maxLength", 524'288}}}},
                {{"agentId", or_null(text())},
                 {"threadId", described(or_null(text()), "Of an agent's route: continues this thread")},
                 {"onBusy", described(with_default(or_null(words({"reject", "queue"})), "reject"),
                                      "When another turn of the thread is under way: 409, or wait")},
                 {"replyToMessageId", described(or_null(text()), "Makes the turn a reply that hangs on this message")},
                 {"modelLabel", described(or_null(text()), "One of the agent's model routes")},
                 {"systemPromptOverride", described(or_null(text()), "Only for those who may change agents")},
                 {"dynamicBlocks", described(or_null(map_of(text())), "The agent's dynamic blocks by key; at most 64")},
                 {"outputSchema", described(or_null(any_object()), "A JSON Schema that the answer must fit")},
                 {"allowedTools", or_null(ref("AllowedTools"))},
                 {"context", described(or_null(any_object()),
                                       "What the caller's backend says of the session, at most 32 KiB; not for end "
                                       "users. Also under sessionContext and sessionContextOverride")},
                 {"attachmentIds", or_null(list_of(text()))}});
}

Json turn_config() {
  return object({}, {{"model", or_null(text_up_to(199))},
                     {"maxSteps", or_null(integer_in(1, 100))},
                     {"contextLimit", or_null(integer_in(1, 1000))},
                     {"historyMode", or_null(words({"rolling", "compact"}))},
                     {"agentRetryConfig", or_null(ref("RetryConfig"))}});
}

Json turn_result() {
  return object({{"runId", text()},
                 {"threadId", text()},
                 {"agentId", text()},
                 {"status", ref("RunStatus")},
                 {"text", described(text(), "The answer; empty when there is none")},
                 {"messageId", or_null(text())},
                 {"costCents", number()},
                 {"costKnown", boolean()},
                 {"events", list_of(ref("StreamEvent"))}},
                {{"error", ref("TurnError")}});
}

Json turn_waiting() {
  return object({{"runId", text()},
                 {"threadId", text()},
                 {"agentId", text()},
                 {"status", words({"waiting"})},
                 {"events", list_of(ref("StreamEvent"))}});
}

Operation collected_turn(std::string_view route, std::string_view id) {
  return operation(route, id)
      .tells("A turn that failed is 201 too, with `status: failed` and `error`: it was carried out.")
      .takes(ref("NewTurn"))
      .begins_turn()
      .gives(201, "The turn has ended", ref("TurnResult"))
      .also("Idempotent-Replayed")
      .gives(202, "The turn takes longer than an answer may: follow its run", ref("TurnWaiting"));
}

Operation streamed_turn(std::string_view route, std::string_view id) {
  return operation(route, id)
      .tells("A refusal is one event `error` and one event `done`, for a client that accepts event streams.")
      .begins_turn()
      .header("Last-Event-ID", text(), "The request submits nothing then: it goes on with the run that `runId` names")
      .query("runId", text(), "With Last-Event-ID: the run")
      .streams_events()
      .also("Idempotent-Replayed")
      .gives_nothing(204, "Last-Event-ID was sent, and there is nothing more");
}

}  // namespace

Resource turns_resource() {
  return {"Turns",
          "A message to an agent, and all that it does until it has answered: streamed, or answered at its end.",
          {{"AllowedTools", allowed_tools()},
           {"NewTurn", turn_body()},
           {"TurnConfig", described(turn_config(), "JSON of the header X-Platos-Config, at most 8192 bytes")},
           {"TurnResult", turn_result()},
           {"TurnWaiting", turn_waiting()}},
          {collected_turn("POST /api/v1/agent/threads/{id}/messages", "sendMessage"),
           streamed_turn("POST /api/v1/agent/threads/{id}/stream", "streamMessage").takes(ref("NewTurn")),
           collected_turn("POST /api/v1/agent/agents/{id}/messages", "sendMessageToAgent"),
           streamed_turn("POST /api/v1/agent/agents/{id}/chat/stream", "streamMessageToAgent").takes(ref("NewTurn")),
           streamed_turn("GET /api/v1/agent/agents/{id}/chat/stream", "streamMessageToAgentByQuery")
               .query("message", text_up_to(524'288), "The message; needed unless Last-Event-ID is sent")
               .query("threadId", text(), "Continues this thread")}};
}

}  // namespace platos::api::openapi
