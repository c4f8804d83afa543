#include "agent/turn_checks.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/branches.hpp"
#include "agent/idempotency.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/conversations.hpp"

namespace platos::agent {
namespace {

Error turn_in_progress(const std::string& thread_id, const std::string& run_id) {
  return {ErrorKind::Conflict,
          "turn_in_progress",
          "thread " + thread_id + " has a turn under way (run " + run_id +
              "); wait for it, cancel it, or send onBusy \"queue\"",
          false,
          0,
          {}};
}

std::string body_hash(const TurnRequest& request) {
  if (!request.asked.empty()) return base::sha256_hex(request.asked);
  return base::sha256_hex(model::dump({request.agent, request.thread_id, request.message, request.queue_when_busy,
                                       request.dynamic_blocks, request.output_schema_json, to_json(request.overrides),
                                       request.of_message_id, request.reply_to_id}) +
                          request.session_json +
                          (request.allowed_tools ? model::dump(*request.allowed_tools) : std::string()));
}

}  // namespace

store::IdempotencyRow idempotency_row(const TurnRequest& request) {
  store::IdempotencyRow row;
  row.user_id = request.who.user_id;
  row.route = request.route;
  row.key = request.idempotency_key;
  row.body_hash = body_hash(request);
  return row;
}

Result<std::optional<TurnTicket>> find_replay(store::Session& session, const TurnRequest& request,
                                              std::int64_t now_us) {
  if (request.idempotency_key.empty()) return std::nullopt;
  const auto& scope = request.who.scope;
  const auto made = made_by_key(session, scope, idempotency_row(request), now_us);
  if (!made) return fail(made.error());
  if (!*made) return std::nullopt;
  const auto run = store::Runs(session).find(scope, **made);
  if (!run) return std::nullopt;
  TurnTicket ticket;
  ticket.run_id = run->id;
  ticket.thread_id = run->thread_id;
  ticket.agent_id = run->agent_id;
  ticket.replayed = true;
  ticket.finished = model::is_final(run->state);
  return ticket;
}

Result<void> check_messages(store::Session& session, const TurnRequest& request) {
  store::Conversations conversations(session);
  for (const auto* id : {&request.of_message_id, &request.reply_to_id}) {
    if (id->empty()) continue;
    const auto found = conversations.find_message(request.who.scope, request.thread_id, *id);
    if (!found) return fail(message_not_found(*id));
    if (found->state != "active") return fail(message_not_active(*id));
    const bool must_be_last = id == &request.of_message_id;
    if (must_be_last &&
        conversations.count_after(request.who.scope, request.thread_id, {found->created_us, found->id}) > 0) {
      return fail(ErrorKind::Conflict, "message_not_active",
                  "the conversation has gone on behind message " + *id + " in the meantime");
    }
    if (id == &request.reply_to_id && !found->reply_to_id.empty()) {
      return fail(model::invalid_field("replyToMessageId", "a message that is no reply itself: replies have one level",
                                       "a reply"));
    }
  }
  return {};
}

std::string run_of(store::Session& session, const TurnRequest& request) {
  if (request.of_message_id.empty()) return {};
  const auto found =
      store::Conversations(session).find_message(request.who.scope, request.thread_id, request.of_message_id);
  return found ? found->run_id : std::string();
}

Result<bool> check_busy(store::Session& session, const TurnRequest& request, const std::string& thread_id,
                        std::int64_t max_queued) {
  const auto open = store::Runs(session).open_turns(request.who.scope, thread_id);
  if (open.empty()) return false;
  if (!request.queue_when_busy) return fail(turn_in_progress(thread_id, open.front().run_id));
  const std::int64_t queued = std::count_if(open.begin(), open.end(), [](const auto& turn) { return turn.queued; });
  if (queued >= max_queued) {
    return fail(ErrorKind::ResourceExhausted, "thread_queue_full",
                "thread " + thread_id + " has " + std::to_string(queued) + " turns waiting, which is the limit");
  }
  return true;
}

}  // namespace platos::agent
