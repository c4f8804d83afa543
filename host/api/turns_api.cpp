// Turns: streamed and not.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/event_stream.hpp"
#include "api/responses.hpp"
#include "api/resume.hpp"
#include "api/turn_body.hpp"
#include "base/failpoint.hpp"
#include "store/conversations.hpp"
#include "store/runs.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

Result<agent::TurnRequest> read_turn(const Call& call, std::size_t max_body_bytes) {
  const auto body = read_body(call.request, max_body_bytes);
  if (!body) return fail(body.error());
  auto turn = turn_from_body(*body);
  if (!turn) return turn;
  if (auto described = describe_request(call, *turn); !described) return fail(described.error());
  return turn;
}

struct Ended {
  std::optional<model::RunRecord> run;
  std::optional<model::Message> answer;
};

struct TurnHandlers {
  Services services;
  ApiOptions options;

  /// The path names a thread, or an agent; the body the rest.
  static void take_path(const Call& call, agent::TurnRequest& turn, bool path_is_thread) {
    (path_is_thread ? turn.thread_id : turn.agent) = call.path_value("id");
  }

  /// A turn that has begun, or that of the request whose answer never arrived and which this one repeats.
  struct Begun {
    Result<agent::TurnTicket> ticket;
    std::shared_ptr<Replays::Answer> answer;

    Response until_heard(Response response) const {
      response.on_delivered = [answer = answer] { answer->heard(); };
      return response;
    }
  };

  Task<Begun> begin(const Call& call, agent::TurnRequest turn) const {
    auto submitted = services.turns.submit(call.loop(), std::move(turn));
    const auto made = co_await services.replays.make(Replays::Asker(call), std::move(submitted));
    Begun begun{*made.value, made.answer};
    if (!begun.ticket || !made.repeated) co_return begun;
    begun.ticket->replayed = true;
    const auto read = services.database.read(
        call.loop(), [scope = call.who.scope, id = begun.ticket->run_id](store::Session& session) -> Result<bool> {
          const auto run = store::Runs(session).find(scope, id);
          return run && model::is_final(run->state);
        });
    const auto finished = co_await read;
    begun.ticket->finished = finished.value_or(false);
    co_return begun;
  }

  Task<Response> stream(Call call, Result<agent::TurnRequest> turn) const {
    // A browser's EventSource that reconnects submits nothing.
    if (!call.request.header("last-event-id").empty()) {
      const std::string run_id = call.query_value("runId");
      if (!run_id.empty()) co_return co_await stream_run(services, options, std::move(call), run_id);
      Response nothing;
      nothing.status = 204;
      co_return nothing;
    }
    if (!turn) co_return stream_refusal(turn.error(), call.request);
    const auto begun = co_await begin(call, std::move(*turn));
    const auto& ticket = begun.ticket;
    if (!ticket) co_return begun.until_heard(stream_refusal(ticket.error(), call.request));
    base::failpoint("api.before_first_byte");
    Response response = event_response(services, options, call, ticket->run_id, 0);
    if (ticket->replayed && ticket->finished) response.headers.emplace_back("Idempotent-Replayed", "true");
    co_return begun.until_heard(std::move(response));
  }

  Task<Response> collect(Call call, Result<agent::TurnRequest> turn) const {
    if (!turn) co_return error_response(turn.error(), call.request.request_id);
    const auto begun = co_await begin(call, std::move(*turn));
    auto response = co_await outcome(std::move(call), begun.ticket);
    co_return begun.until_heard(std::move(response));
  }

  Task<Response> outcome(Call call, Result<agent::TurnTicket> ticket) const {
    if (!ticket) co_return error_response(ticket.error(), call.request.request_id);
    auto collected =
        co_await collect_events(services.engine, call.loop(), call.who.scope, ticket->run_id, options.deferred_max_us);
    if (!collected) co_return error_response(collected.error(), call.request.request_id);
    Json body = {{"runId", ticket->run_id}, {"threadId", ticket->thread_id}, {"agentId", ticket->agent_id}};
    if (!collected->ended) {
      body["status"] = "waiting";
      co_return with_events(202, body, *collected);
    }
    const auto read = services.database.read(
        call.loop(), [scope = call.who.scope, run = ticket->run_id](store::Session& session) -> Result<Ended> {
          Ended ended;
          ended.run = store::Runs(session).find(scope, run);
          if (ended.run)
            ended.answer = store::Conversations(session).message_of_run(scope, ended.run->thread_id, run, "assistant");
          return ended;
        });
    const auto ended = co_await read;
    if (!ended) co_return error_response(ended.error(), call.request.request_id);
    describe_end(*ended, body);
    Response response = with_events(201, body, *collected);
    if (ticket->replayed && ticket->finished) response.headers.emplace_back("Idempotent-Replayed", "true");
    co_return response;
  }

  // The events are JSON text already: reading tens of thousands of them into a document would hold up the loop.
  static Response with_events(int status, const Json& body, const Collected& collected) {
    Response response = json_response(status, body);
    response.body.back() = ',';
    response.body += "\"events\":[";
    for (const auto& event : collected.events) {
      if (response.body.back() != '[') response.body += ',';
      response.body += event.json;
    }
    response.body += "]}";
    return response;
  }

  // The request was carried out, and the turn stands on record: how it went is data, not the status code. A 5xx here
  // would make clients repeat what cannot succeed.
  static void describe_end(const Ended& ended, Json& body) {
    body["text"] = ended.answer ? ended.answer->content : "";
    body["messageId"] = ended.answer ? Json(ended.answer->id) : Json();
    body["status"] = ended.run ? model::to_text(ended.run->state) : "unspecified";
    const auto output =
        ended.run ? model::parse_bounded(ended.run->output_json, "a run's output") : Result<Json>(Json());
    const model::Usage usage =
        model::usage_from_json(output && output->is_object() ? output->value("usage", Json()) : Json());
    body["costCents"] = Json::parse(model::cents(usage.cost_micro_usd));
    body["costKnown"] = usage.cost_micro_usd >= 0;
    if (ended.run && !ended.run->error_code.empty()) {
      body["error"] = {{"code", ended.run->error_code}, {"message", ended.run->error_message}};
    }
  }

  Task<Response> thread_stream(Call call) const {
    auto turn = read_turn(call, options.max_body_bytes);
    if (turn) take_path(call, *turn, true);
    return stream(std::move(call), std::move(turn));
  }
  Task<Response> thread_messages(Call call) const {
    auto turn = read_turn(call, options.max_body_bytes);
    if (turn) take_path(call, *turn, true);
    return collect(std::move(call), std::move(turn));
  }
  Task<Response> agent_stream(Call call) const {
    auto turn = read_turn(call, options.max_body_bytes);
    if (turn) take_path(call, *turn, false);
    return stream(std::move(call), std::move(turn));
  }
  Task<Response> agent_messages(Call call) const {
    auto turn = read_turn(call, options.max_body_bytes);
    if (turn) take_path(call, *turn, false);
    return collect(std::move(call), std::move(turn));
  }
  Task<Response> agent_stream_by_query(Call call) const {
    agent::TurnRequest turn;
    if (auto described = describe_request(call, turn); !described)
      co_return stream_refusal(described.error(), call.request);
    turn.message = call.query_value("message");
    turn.thread_id = call.query_value("threadId");
    take_path(call, turn, false);
    co_return co_await stream(std::move(call), Result<agent::TurnRequest>(std::move(turn)));
  }
};

}  // namespace

std::vector<Route> turn_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const TurnHandlers>(TurnHandlers{services, options});
  const auto to = [handlers](Task<Response> (TurnHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"POST", "/api/v1/agent/threads/{id}/messages", kChat, to(&TurnHandlers::thread_messages),
       "A turn, answered when it has ended"},
      {"POST", "/api/v1/agent/threads/{id}/stream", kChat, to(&TurnHandlers::thread_stream), "A turn, streamed", true,
       true},
      {"POST", "/api/v1/agent/agents/{id}/messages", kChat, to(&TurnHandlers::agent_messages),
       "A turn, in a new thread unless one is named"},
      {"POST", "/api/v1/agent/agents/{id}/chat/stream", kChat, to(&TurnHandlers::agent_stream),
       "A turn, streamed, in a new thread unless one is named", true, true},
      {"GET", "/api/v1/agent/agents/{id}/chat/stream", kChat, to(&TurnHandlers::agent_stream_by_query),
       "The same with the message in the query", true, true},
  };
}

}  // namespace platos::api
