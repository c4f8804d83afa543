// Forks, edits, retries and replies of a thread.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/responses.hpp"
#include "api/turn_body.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"
#include "store/conversations.hpp"
#include "store/runs.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::size_t kMaxCounted = 200;

/// A member that documents and server have called differently.
Result<std::string> text_of_either(const Json& body, const char* name, const char* other) {
  const bool has_other = !body.contains(name) && body.contains(other);
  return model::required_text(body, has_other ? other : name);
}

Json list_of(const std::vector<model::Message>& messages) {
  Json rows = Json::array();
  for (const auto& message : messages) rows.push_back(to_wire(message));
  return rows;
}

struct BranchHandlers {
  Services services;
  ApiOptions options;

  Task<Response> fork(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto anchor = text_of_either(*body, "upToMessageId", "atMessageId");
    const auto title = model::optional_text(*body, "title");
    if (!anchor) co_return error_response(anchor.error(), call.request.request_id);
    if (!title) co_return error_response(title.error(), call.request.request_id);
    const auto fork =
        co_await services.branches.fork(call.loop(), call.who, call.path_value("id"), *anchor, title->value_or(""));
    co_return answer_with(call, 201, fork,
                          [&](const model::Thread& thread) { return to_wire(thread, call.who.scope); });
  }

  Task<Response> edit(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto content = text_of_either(*body, "content", "newContent");
    const auto rerun = model::optional_bool(*body, "rerun");
    if (!content) co_return error_response(content.error(), call.request.request_id);
    if (!rerun) co_return error_response(rerun.error(), call.request.request_id);
    agent::TurnRequest turn;
    if (auto ready = prepare(call, *body, rerun->value_or(false), turn); !ready)
      co_return error_response(ready.error(), call.request.request_id);
    const auto earlier = co_await services.turns.find_earlier(call.loop(), turn);
    if (!earlier) co_return error_response(earlier.error(), call.request.request_id);
    if (*earlier) co_return co_await tell_again(std::move(call), **earlier, "message");
    const auto message = co_await services.branches.edit(call.loop(), call.who, call.path_value("id"),
                                                         call.path_value("message"), *content);
    if (!message) co_return error_response(message.error(), call.request.request_id);
    Json answer = {{"message", to_wire(*message)}};
    if (!rerun->value_or(false)) co_return json_response(201, answer);
    co_return co_await run_again(std::move(call), std::move(turn), *message, std::move(answer));
  }

  Task<Response> retry(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto rerun = model::optional_bool(*body, "rerun");
    if (!rerun) co_return error_response(rerun.error(), call.request.request_id);
    agent::TurnRequest turn;
    if (auto ready = prepare(call, *body, rerun->value_or(false), turn); !ready)
      co_return error_response(ready.error(), call.request.request_id);
    const auto earlier = co_await services.turns.find_earlier(call.loop(), turn);
    if (!earlier) co_return error_response(earlier.error(), call.request.request_id);
    if (*earlier) co_return co_await tell_again(std::move(call), **earlier, "priorUserMessage");
    const auto retry =
        co_await services.branches.retry(call.loop(), call.who, call.path_value("id"), call.path_value("message"));
    if (!retry) co_return error_response(retry.error(), call.request.request_id);
    Json answer = {{"priorUserMessage", to_wire(retry->question)}, {"retriedOut", to_wire(retry->answer)}};
    if (!rerun->value_or(false)) co_return json_response(201, answer);
    co_return co_await run_again(std::move(call), std::move(turn), retry->question, std::move(answer));
  }

  // What can be refused is refused before anything is edited out.
  Result<void> prepare(const Call& call, const Json& body, bool rerun, agent::TurnRequest& turn) const {
    if (!rerun) return {};
    auto allowed = model::allowed_tools_from_json(body.value("allowedTools", Json()), "allowedTools");
    if (!allowed) return fail(allowed.error());
    turn.allowed_tools = std::move(*allowed);
    if (auto admitted = services.engine.admits(); !admitted) return admitted;
    // By the time of the turn, the message that the request names has given way.
    turn.asked = model::dump(
        {call.path_value("id"), call.path_value("message"), call.request.body, call.request.header("x-platos-config")});
    return describe_request(call, turn);
  }

  /// What the first request with the key was answered.
  Task<Response> tell_again(Call call, agent::TurnTicket ticket, const char* question) const {
    const auto read = services.database.read(
        call.loop(),
        [scope = call.who.scope, ticket, question,
         taken_back = call.path_value("message")](store::Session& session) -> Result<Json> {
          store::Conversations conversations(session);
          Json answer = {{"runId", ticket.run_id}, {"threadId", ticket.thread_id}, {"agentId", ticket.agent_id}};
          const auto run = store::Runs(session).find(scope, ticket.run_id);
          const auto input = agent::turn_input_from_json(run ? run->input_json : "{}");
          const auto asked = conversations.find_message(scope, ticket.thread_id, input.message_id);
          if (asked) answer[question] = to_wire(*asked);
          const auto former = conversations.find_message(scope, ticket.thread_id, taken_back);
          if (former && former->role == "assistant") answer["retriedOut"] = to_wire(*former);
          return answer;
        });
    const auto answer = co_await read;
    if (!answer) co_return error_response(answer.error(), call.request.request_id);
    Response response = json_response(201, *answer);
    response.headers.emplace_back("Idempotent-Replayed", "true");
    co_return response;
  }

  // The edit stands, whatever becomes of the turn: that it was refused is data.
  Task<Response> run_again(Call call, agent::TurnRequest turn, model::Message message, Json answer) const {
    turn.thread_id = message.thread_id;
    turn.message = message.content;
    turn.of_message_id = message.id;
    const auto ticket = co_await services.turns.submit(call.loop(), std::move(turn));
    if (!ticket) {
      answer["error"] = {{"code", ticket.error().code}, {"message", ticket.error().message}};
      co_return json_response(201, answer);
    }
    answer["runId"] = ticket->run_id;
    answer["threadId"] = ticket->thread_id;
    answer["agentId"] = ticket->agent_id;
    co_return json_response(201, answer);
  }

  Task<Response> replies(Call call) const {
    const auto replies =
        co_await services.branches.replies(call.loop(), call.who, call.path_value("id"), call.path_value("message"));
    co_return answer_with(call, 200, replies, [](const agent::Replies& found) {
      return Json{{"replies", list_of(found.messages)}, {"messages", list_of(found.messages)}, {"total", found.total}};
    });
  }

  Task<Response> reply_counts(Call call) const {
    std::vector<std::string> ids;
    const std::string asked = call.query_value("messageIds");
    for (const auto id : base::split(asked, ',')) {
      if (!base::trim(id).empty()) ids.emplace_back(base::trim(id));
    }
    if (ids.size() > kMaxCounted) {
      co_return error_response(model::invalid_field("messageIds", "at most 200 ids", std::to_string(ids.size())),
                               call.request.request_id);
    }
    const auto counts =
        co_await services.branches.reply_counts(call.loop(), call.who, call.path_value("id"), std::move(ids));
    co_return answer_with(call, 200, counts, [](const std::map<std::string, std::int64_t>& by_id) {
      return Json{{"counts", by_id}};
    });
  }

  Task<Response> view(Call call) const {
    const auto view = co_await services.branches.view(call.loop(), call.who, call.path_value("id"));
    co_return answer_with(call, 200, view, [&](const agent::BranchView& branches) {
      Json forks = Json::array();
      for (const auto& fork : branches.forks) forks.push_back(to_wire(fork, call.who.scope));
      return Json{{"messages", list_of(branches.messages)}, {"total", branches.total}, {"forks", std::move(forks)}};
    });
  }
};

}  // namespace

std::vector<Route> branch_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const BranchHandlers>(BranchHandlers{services, options});
  const auto to = [handlers](Task<Response> (BranchHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"POST", "/api/v1/agent/threads/{id}/fork", kChat, once(services.replays, to(&BranchHandlers::fork)),
       "A new thread with the messages up to one"},
      {"POST", "/api/v1/agent/threads/{id}/messages/{message}/edit-and-rerun", kChat,
       once(services.replays, to(&BranchHandlers::edit)),
       "Replace a user's message and all that followed; with {\"rerun\": true} begin a turn on it"},
      {"POST", "/api/v1/agent/threads/{id}/messages/{message}/retry", kChat,
       once(services.replays, to(&BranchHandlers::retry)),
       "Take an answer back; with {\"rerun\": true} ask for another"},
      {"GET", "/api/v1/agent/threads/{id}/messages/{message}/replies", kChat | kRead, to(&BranchHandlers::replies),
       "List the replies to a message"},
      {"GET", "/api/v1/agent/threads/{id}/reply-counts", kChat | kRead, to(&BranchHandlers::reply_counts),
       "Count the replies to messages"},
      {"GET", "/api/v1/agent/threads/{id}/branches", kChat | kRead, to(&BranchHandlers::view),
       "Every revision of a thread's messages, and the threads that were made of it"},
  };
}

}  // namespace platos::api
