// Threads and their messages.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json thread_row() {
  return object({{"id", text()},
                 {"agentId", text()},
                 {"userId", text()},
                 {"createdByUserId", text()},
                 {"platosEndUserId", or_null(text())},
                 {"organizationId", text()},
                 {"projectId", text()},
                 {"environmentId", text()},
                 {"title", or_null(text())},
                 {"status", words({"active", "archived"})},
                 {"turnCount", integer_from(0)},
                 {"tags", list_of(text())},
                 {"pinnedAt", or_null(time())},
                 {"parentThreadId", described(or_null(text()), "Of a fork: the thread it was made of")},
                 {"forkedFromMessageId", or_null(text())},
                 {"compactedSummary", or_null(text())},
                 {"archivedAt", or_null(time())},
                 {"createdAt", time()},
                 {"updatedAt", time()}});
}

Json tool_log_entry() {
  return object({{"type", words({"call", "result"})}, {"name", text()}, {"callId", text()}},
                {{"params", any_value()}, {"result", any_value()}, {"isError", boolean()}});
}

Json answer_details() {
  return object({{"model", text()},
                 {"usage", ref("Usage")},
                 {"cost_cents", number()},
                 {"cost_with_cache_cents", number()},
                 {"cost_known", boolean()},
                 {"latency_ms", integer_from(0)},
                 {"agent_id", text()},
                 {"trace_id", text()},
                 {"version_id", text()},
                 {"run_id", text()}},
                {{"version_bucket", words({"current"})},
                 {"structured_output", object({{"object", any_value()}, {"attempts", integer_from(1)}})},
                 {"stopped", boolean()},
                 {"aborted", boolean()}});
}

Json message_row() {
  return object(
      {{"id", text()},
       {"threadId", text()},
       {"runId", text()},
       {"role", words({"user", "assistant"})},
       {"status", words({"pending", "active", "blocked", "edited_out"})},
       {"content", text()},
       {"thinkingContent", or_null(text())},
       {"toolCalls", or_null(list_of(ref("ToolLogEntry")))},
       {"responseJson", or_null(ref("AnswerDetails"))},
       {"replyCount", integer_from(0)},
       {"threadReplyToId", or_null(text())},
       {"authorAgentId", or_null(text())},
       {"editParentMessageId", described(or_null(text()), "Of a revision: the message it takes the place of")},
       {"revision", integer_from(1)},
       {"createdAt", time()}});
}

Json found_message() {
  return object({{"threadId", text()},
                 {"threadTitle", text()},
                 {"agentId", text()},
                 {"messageId", text()},
                 {"role", words({"user", "assistant"})},
                 {"snippet", described(text(), "One line around the first of the words")},
                 {"score", number()},
                 {"createdAt", time()}});
}

Operation rename_operation(std::string_view route, std::string_view id) {
  return operation(route, id)
      .takes(object({}, {{"title", or_null(text())}}))
      .gives(200, "The thread as it is now", ref("Thread"))
      .fails({409});
}

Operation switch_operation(std::string_view route, std::string_view id) {
  return operation(route, id).gives(200, "The thread as it is now", ref("Thread")).fails({409});
}

std::vector<Operation> thread_operations() {
  return {
      operation("POST /api/v1/agent/threads", "createThread")
          .takes(object({}, {{"agentId", with_default(or_null(text()), "default")}, {"title", or_null(text())}}))
          .takes_key()
          .gives(201, "The thread", ref("Thread"))
          .fails({409}),
      operation("GET /api/v1/agent/threads", "listThreads")
          .pages(20, 200)
          .query("agentId", text(), "Only threads of this agent")
          .query("status", words({"active", "archived"}), "\"archived\": only those")
          .query("archived", with_default(words({"false", "true", "1", "only"}), "false"), "Whether archived ones too")
          .query("pinned", with_default(words({"false", "true", "0", "1"}), "false"), "Only those that are pinned")
          .query("tag", text(), "Only threads with this tag")
          .query("allUsers", with_default(words({"false", "true", "0", "1"}), "false"),
                 "Threads of other users too, for administrators")
          .gives(200, "A page of threads", listing("threads", ref("Thread"))),
      operation("GET /api/v1/agent/threads/search", "searchThreads")
          .must_query("q", {{"type", "string"}, {"minLength", 1}, {"maxLength", 512}}, "Words; all of them must occur")
          .query("limit", with_default(integer_in(1, 50), 20),
                 "At most so many messages. Values out of range are clamped")
          .query("agentId", text(), "Only threads of this agent")
          .query("archived", with_default(words({"false", "true", "1", "only"}), "false"), "Whether archived ones too")
          .gives(200, "Messages, the best first, and their threads",
                 object({{"results", list_of(ref("FoundMessage"))},
                         {"threads", list_of(ref("Thread"))},
                         {"total", integer_from(0)},
                         {"query", text()}})),
      operation("GET /api/v1/agent/threads/{id}", "getThread").gives(200, "The thread", ref("Thread")),
      rename_operation("PATCH /api/v1/agent/threads/{id}", "updateThread"),
      rename_operation("PATCH /api/v1/agent/threads/{id}/rename", "renameThread"),
      operation("POST /api/v1/agent/threads/{id}/tags", "setThreadTags")
          .takes(object({{"tags", {{"type", "array"}, {"items", text_up_to(50)}}}}))
          .tells("At most 20 different tags of 50 characters each; they are kept in lower case.")
          .gives(200, "The thread as it is now", ref("Thread"))
          .fails({409}),
      operation("POST /api/v1/agent/threads/{id}/pin", "pinThread")
          .takes(object({}, {{"pinned", or_null(boolean())}}))
          .gives(200, "The thread as it is now", ref("Thread"))
          .fails({409}),
      switch_operation("DELETE /api/v1/agent/threads/{id}", "deleteThread"),
      switch_operation("POST /api/v1/agent/threads/{id}/archive", "archiveThread"),
      switch_operation("POST /api/v1/agent/threads/{id}/unarchive", "unarchiveThread"),
      operation("GET /api/v1/agent/threads/{id}/messages", "listMessages")
          .pages(50, 500)
          .gives(200, "A page of messages", listing("messages", ref("Message")))};
}

}  // namespace

Resource threads_resource() {
  return {"Threads",
          "Conversations of a user with an agent.",
          {{"Thread", thread_row()},
           {"ToolLogEntry", tool_log_entry()},
           {"AnswerDetails", described(answer_details(), "Of an assistant's message: how it came about")},
           {"Message", message_row()},
           {"FoundMessage", found_message()}},
          thread_operations()};
}

}  // namespace platos::api::openapi
