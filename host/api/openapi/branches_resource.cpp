// Forks, edits, retries and replies.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

/// A member that may have either of two names.
Json either(std::string_view name, std::string_view other, Json schema, std::initializer_list<Member> more) {
  Json json = object({}, more);
  json["properties"][std::string(name)] = schema;
  json["properties"][std::string(other)] = described(std::move(schema), "Another name of `" + std::string(name) + "`");
  return needs_one_of(std::move(json), {name, other});
}

/// Of a turn that was begun again; `error` when it was refused.
Json rerun_of(std::initializer_list<Member> required) {
  return object(required, {{"runId", text()}, {"threadId", text()}, {"agentId", text()}, {"error", ref("TurnError")}});
}

Json rerun_member() { return with_default(or_null(boolean()), false); }

}  // namespace

Resource branches_resource() {
  constexpr const char* kEdit = "POST /api/v1/agent/threads/{id}/messages/{message}/edit-and-rerun";
  return {"Branches",
          "Forks of threads, revisions of messages, and replies to them.",
          {},
          {operation("POST /api/v1/agent/threads/{id}/fork", "forkThread")
               .takes(either("upToMessageId", "atMessageId", some_text(), {{"title", or_null(text())}}))
               .gives(201, "The new thread", ref("Thread"))
               .fails({409}),
           operation(kEdit, "editMessage")
               .takes(either("content", "newContent", {{"type", "string"}, {"minLength", 1}, {"maxLength", 524'288}},
                             {{"rerun", rerun_member()}, {"allowedTools", or_null(ref("AllowedTools"))}}))
               .takes_key()
               .takes_config()
               .gives(201, "The new revision, and the turn on it", rerun_of({{"message", ref("Message")}}))
               .fails({409}),
           operation("POST /api/v1/agent/threads/{id}/messages/{message}/retry", "retryMessage")
               .takes(object({}, {{"rerun", rerun_member()}, {"allowedTools", or_null(ref("AllowedTools"))}}))
               .takes_key()
               .takes_config()
               .gives(201, "The question, the answer that was taken back, and the new turn",
                      rerun_of({{"priorUserMessage", ref("Message")}, {"retriedOut", ref("Message")}}))
               .fails({409}),
           operation("GET /api/v1/agent/threads/{id}/messages/{message}/replies", "listReplies")
               .gives(200, "The newest thousand replies, oldest first, under two names; how many there are",
                      object({{"replies", list_of(ref("Message"))},
                              {"messages", list_of(ref("Message"))},
                              {"total", integer_from(0)}})),
           operation("GET /api/v1/agent/threads/{id}/reply-counts", "countReplies")
               .query("messageIds", text(), "Ids, separated by commas; at most 200")
               .gives(200, "The number of replies for each id", object({{"counts", map_of(integer_from(0))}})),
           operation("GET /api/v1/agent/threads/{id}/branches", "getBranches")
               .gives(200, "Every revision, and the forks",
                      object({{"messages", list_of(ref("Message"))},
                              {"forks", list_of(ref("Thread"))},
                              {"total", integer_from(0)}}))}};
}

}  // namespace platos::api::openapi
