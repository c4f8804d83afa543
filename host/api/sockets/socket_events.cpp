// The events that a client may send in the namespace /agent.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/approval_decision.hpp"
#include "api/resume.hpp"
#include "api/sockets/agent_socket.hpp"
#include "api/turn_body.hpp"
#include "base/text.hpp"
#include "model/event.hpp"
#include "store/conversations.hpp"
#include "store/runs.hpp"

namespace platos::api {
namespace {

using model::Json;

constexpr std::string_view kMessageRoute = "SOCKET message";  // of its idempotency keys

/// What a client says of where it was, or what is known of it.
struct ResumeWish {
  std::string thread_id;
  std::string run_id;  ///< empty: the thread's newest that has begun
  std::int64_t after = 0;
  std::int64_t discard_from = 0;  ///< of what it may have, this and what follows is told again; 0: nothing
  bool may_be_new = false;        ///< a turn that began since is meant, when this one was told to its end
  bool is_told = false;           ///< to its end, though the client may not have got it
};

Error nothing_to_resume(const std::string& thread_id) {
  return {ErrorKind::NotFound,
          "nothing_to_resume",
          "thread " + base::printable(thread_id, 80) + " has had no turn yet",
          false,
          0,
          {}};
}

// The thread must be the client's own, as for a room of it; that an administrator may read all runs is no matter here.
Result<model::RunRecord> find_resumed_run(store::Session& session, const model::Principal& who,
                                          const std::string& thread_id, const std::string& run_id) {
  const auto thread = store::Conversations(session).find_thread(who.scope, who.user_id, thread_id);
  if (!thread || who.is_kept_from(thread->agent_id)) return fail(agent::thread_not_found(thread_id));
  if (!run_id.empty()) {
    auto run = find_run(session, who, run_id);
    if (run && run->thread_id != thread_id) return fail(nothing_to_resume(thread_id));
    return run;
  }
  auto turn = store::Runs(session).newest_turn(who.scope, who.user_id, thread_id);
  if (!turn) return fail(nothing_to_resume(thread_id));
  return std::move(*turn);
}

Result<ResumePlace> find_place(store::Session& session, const model::Principal& who, ResumeWish wish) {
  auto run = find_resumed_run(session, who, wish.thread_id, wish.run_id);
  if (!run) return fail(run.error());
  const auto is_over = [&] {
    return model::is_final(run->state) && store::Runs(session).stream(who.scope, run->id, wish.after, 1).empty();
  };
  if (wish.may_be_new && (wish.is_told || is_over())) {
    auto newest = find_resumed_run(session, who, wish.thread_id, "");
    if (newest && newest->id > run->id) {
      run = std::move(newest);
      wish.after = 0;
      wish.discard_from = 1;
    }
  }
  if (wish.after > run->seq_reserved) {
    return fail(ErrorKind::InvalidArgument, "invalid_cursor",
                "lastSeq must be the _seq of an event of run " + run->id + ", found " + std::to_string(wish.after));
  }
  return ResumePlace{run->id, wish.after, wish.discard_from, is_over(), reply_to_of(run->input_json)};
}

std::shared_ptr<engine::Run> newest_live(const engine::Engine& engine, const model::Principal& who,
                                         const std::string& thread_id) {
  const auto turns = engine.live_turns(who.scope, thread_id);
  if (turns.empty()) return nullptr;
  const auto& record = turns.back()->record();
  if (record.user_id != who.user_id || who.is_kept_from(record.agent_id)) return nullptr;
  return turns.back();
}

}  // namespace

// Whatever was found out about the client some time ago is asked again: credentials are revoked, and events count.
Task<Result<void>> AgentSocket::handle(const std::string& name, Json body) {
  if (auto admitted = co_await admit(); !admitted) co_return admitted;
  if (!body.is_object()) co_return fail(model::invalid_field(name, "an object", model::kind_of(body)));
  if (name == "message") co_return co_await on_message(std::move(body));
  if (name == "stop") co_return co_await on_stop(std::move(body));
  if (name == "resume_stream") co_return co_await on_resume(std::move(body));
  if (name == "join_thread") co_return co_await on_join(std::move(body));
  if (name == "leave_thread") co_return on_leave(body);
  if (name == "thread.rename") co_return co_await on_rename(std::move(body));
  if (name == "approval_response") co_return co_await on_approval(std::move(body));
  co_return fail(ErrorKind::Unimplemented, "unknown_event",
                 "there is no event \"" + base::printable(name, 40) +
                     "\"; there are message, stop, resume_stream, join_thread, leave_thread, thread.rename and "
                     "approval_response");
}

Task<Result<void>> AgentSocket::on_message(Json body) {
  auto turn = turn_from_body(body);
  if (!turn) co_return fail(turn.error());
  const auto key = model::optional_text(body, "idempotencyKey");
  if (!key) co_return fail(key.error());
  turn->who = who_;
  if (auto allowed = check_overrides(*turn); !allowed) co_return fail(allowed.error());
  turn->route = kMessageRoute;
  turn->request_id = credentials_.request_id;
  turn->idempotency_key = key->value_or("");
  if (turn->agent.empty()) turn->agent = agent_;
  const std::string reply_to = turn->reply_to_id;
  const auto ticket = co_await context_.services.turns.submit(loop(), std::move(*turn));
  if (!ticket) co_return fail(ticket.error());
  join(ticket->thread_id);
  co_return follow_from(ticket->run_id, ticket->thread_id, 0, reply_to);
}

Task<Result<void>> AgentSocket::on_stop(Json body) {
  const auto thread_id = model::required_text(body, "threadId");
  if (!thread_id) co_return fail(thread_id.error());
  if (const auto thread = co_await context_.services.threads.find(loop(), who_, *thread_id); !thread)
    co_return fail(thread.error());
  const auto read =
      context_.services.database.read(loop(), [scope = who_.scope, id = *thread_id](store::Session& session) {
        return Result<std::vector<store::OpenTurn>>(store::Runs(session).open_turns(scope, id));
      });
  const auto open = co_await read;
  if (!open) co_return fail(open.error());
  // The last first: else the next would begin when the first has ended.
  std::vector<std::string> runs;
  for (auto turn = open->rbegin(); turn != open->rend(); ++turn) runs.push_back(turn->run_id);
  // One whose acceptance is being written is in no table yet.
  for (const auto& run : context_.services.engine.live_turns(who_.scope, *thread_id)) {
    if (std::find(runs.begin(), runs.end(), run->id()) == runs.end()) runs.push_back(run->id());
  }
  bool stopped = false;
  for (const auto& run_id : runs) {
    const auto cancelled = co_await context_.services.engine.cancel(loop(), who_.scope, run_id);
    if (!cancelled && cancelled.error().code != "run_finished") co_return fail(cancelled.error());
    stopped = stopped || cancelled.has_value();
    if (!cancelled) continue;
    if (auto followed = follow_from(run_id, *thread_id, 0); !followed) co_return followed;
  }
  if (!stopped) emit_agent_event(model::done_event({}, "stopped").open_json, *thread_id);
  co_return Result<void>{};
}

Task<Result<void>> AgentSocket::on_resume(Json body) {
  const auto thread_id = model::required_text(body, "threadId");
  const auto run_id = model::optional_text(body, "runId");
  const auto last_seq = model::optional_integer(body, "lastSeq", 0, INT64_MAX);
  if (!thread_id) co_return fail(thread_id.error());
  if (!run_id) co_return fail(run_id.error());
  if (!last_seq) co_return fail(last_seq.error());
  const bool says_place = last_seq->has_value();
  ResumeWish wish{*thread_id, run_id->value_or(""), last_seq->value_or(0), says_place ? 0 : 1, false, false};
  note_ends_of(*thread_id);
  const auto point = context_.resume_points.take(who_, *thread_id);
  const bool is_meant = point && (wish.run_id.empty() || wish.run_id == point->run_id);
  if (is_meant && says_place && wish.after <= point->given) wish.run_id = point->run_id;
  // Clients of old do not say how far they came. What was on its way to them is told again.
  if (is_meant && !says_place) {
    wish = {*thread_id, point->run_id, point->confirmed, 0, wish.run_id.empty(), point->is_end};
    if (point->given > point->confirmed) wish.discard_from = point->confirmed + 1;
  }
  const auto read = context_.services.database.read(
      loop(), [who = who_, wish](store::Session& session) { return find_place(session, who, wish); });
  const auto place = co_await read;
  // One that is being accepted is in no table yet, and newer than all that are.
  if (const auto begun = newest_live(context_.services.engine, who_, *thread_id);
      begun && run_id->value_or("").empty()) {
    const bool is_newer = !place || (begun->id() > place->run_id && place->is_over);
    if (is_newer) co_return resume_at(*thread_id, {begun->id(), 0, 1});
  }
  if (!place) co_return fail(place.error());
  if (!place->is_over) co_return resume_at(*thread_id, *place);
  join(*thread_id);
  emit_agent_event(model::done_event({}, "").open_json, *thread_id);
  co_return Result<void>{};
}

Result<void> AgentSocket::resume_at(const std::string& thread_id, const ResumePlace& place) {
  join(thread_id);
  if (place.discard_from > 0 && !follows_.contains(place.run_id)) {
    emit_agent_event(
        R"({"type":"message_boundary","reason":"resume","discardFrom":)" + std::to_string(place.discard_from),
        thread_id);
  }
  return follow_from(place.run_id, thread_id, place.after, place.reply_to);
}

// Who comes late hears the turn under way from its beginning.
Task<Result<void>> AgentSocket::on_join(Json body) {
  const auto thread_id = model::required_text(body, "threadId");
  if (!thread_id) co_return fail(thread_id.error());
  if (const auto thread = co_await context_.services.threads.find(loop(), who_, *thread_id); !thread)
    co_return fail(thread.error());
  join(*thread_id);
  emit("joined_thread", model::dump({{"threadId", *thread_id}}));
  // One that began before the join and is in no table yet is told of by nobody else.
  for (const auto& turn : context_.services.engine.live_turns(who_.scope, *thread_id)) follow(turn->id(), *thread_id);
  const auto read =
      context_.services.database.read(loop(), [scope = who_.scope, id = *thread_id](store::Session& session) {
        return Result<std::vector<store::OpenTurn>>(store::Runs(session).open_turns(scope, id));
      });
  const auto open = co_await read;
  if (!open) co_return fail(open.error());
  for (const auto& turn : *open) {
    if (turn.queued) continue;
    if (auto followed = follow_from(turn.run_id, *thread_id, 0); !followed) co_return followed;
  }
  co_return Result<void>{};
}

Result<void> AgentSocket::on_leave(const Json& body) {
  const auto thread_id = model::required_text(body, "threadId");
  if (!thread_id) return fail(thread_id.error());
  rooms_.erase(*thread_id);
  context_.services.rooms.leave(*thread_id, this);
  std::erase_if(follows_, [&](const auto& follow) { return follow.second.thread_id == *thread_id; });
  emit("left_thread", model::dump({{"threadId", *thread_id}}));
  return {};
}

Task<Result<void>> AgentSocket::on_rename(Json body) {
  const auto thread_id = model::required_text(body, "threadId");
  const auto title = model::required_text(body, "title");
  if (!thread_id) co_return fail(thread_id.error());
  if (!title) co_return fail(title.error());
  agent::ThreadPatch patch;
  patch.title = *title;
  const auto thread = co_await context_.services.threads.update(loop(), who_, *thread_id, patch);
  if (!thread) co_return fail(thread.error());
  join(*thread_id);
  context_.services.rooms.publish(*thread_id, "thread.renamed", {{"title", thread->title}});
  co_return Result<void>{};
}

Task<Result<void>> AgentSocket::on_approval(Json body) {
  const auto approval_id = model::required_text(body, "approvalId");
  const auto refused = [&](const Error& error) {
    const Json id = approval_id ? Json(*approval_id) : Json();
    emit("approval_response_error", model::dump({{"approvalId", id}, {"error", error.message}, {"code", error.code}}));
    return Result<void>{};
  };
  if (!approval_id) co_return refused(approval_id.error());
  auto decision = decision_from_json(body);
  if (!decision) co_return refused(decision.error());
  const auto decided = co_await context_.services.approvals.decide(loop(), who_, *approval_id, std::move(*decision));
  if (!decided) co_return refused(decided.error());
  emit("approval_ack",
       model::dump({{"approvalId", *approval_id}, {"received", true}, {"status", model::to_text(decided->state)}}));
  co_return Result<void>{};
}

}  // namespace platos::api
