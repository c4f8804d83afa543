#include "agent/turns.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/agents.hpp"
#include "agent/branches.hpp"
#include "agent/idempotency.hpp"
#include "agent/threads.hpp"
#include "agent/turn_checks.hpp"
#include "agent/turn_setting.hpp"
#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/agents.hpp"
#include "store/conversations.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxMessageBytes = 512 * 1024;
// Inside this file only.
constexpr std::string_view kReplayCode = "idempotent_replay";
constexpr std::string_view kStaleCode = "stale_plan";
// A thread that changes each time between the look at it and the commit is being changed by somebody else.
constexpr int kMaxAttempts = 5;

Error stale_plan() {
  return {ErrorKind::Conflict, std::string(kStaleCode), "agent or thread changed while the turn began", true, 0, {}};
}

}  // namespace

struct Turns::Plan {
  std::string agent_name;  ///< as it was asked for
  model::AgentHead agent;
  model::Thread thread;
  bool new_thread = false;
  bool busy = false;
  StoredSetting setting;
  std::optional<TurnTicket> replay;
};

Task<Result<TurnTicket>> Turns::submit(base::Loop& loop, TurnRequest request) {
  if (!base::is_valid_utf8(request.message)) co_return fail(model::invalid_field("message", "UTF-8", "other bytes"));
  if (base::trim(request.message).empty()) co_return fail(model::invalid_field("message", "a text", "an empty one"));
  if (request.message.size() > kMaxMessageBytes) {
    co_return fail(model::invalid_field("message", "at most 524288 bytes", std::to_string(request.message.size())));
  }
  if (!request.reply_to_id.empty() && request.thread_id.empty())
    co_return fail(
        model::invalid_field("replyToMessageId", "a message of the thread that threadId names", "no thread"));
  if (auto fits = check_key(request.idempotency_key); !fits) co_return fail(fits.error());
  const auto shared = std::make_shared<const TurnRequest>(std::move(request));
  auto recalled = recall(*shared);
  for (int attempt = 1;; ++attempt) {
    Result<Plan> planned = fail(stale_plan());
    if (recalled) {
      planned = std::move(*recalled);
      recalled.reset();
    } else {
      planned = co_await plan(loop, shared);
    }
    if (!planned) co_return fail(planned.error());
    const auto& agent = planned->replay ? planned->replay->agent_id : planned->agent.id;
    if (shared->who.is_kept_from(agent)) {
      co_return fail(shared->thread_id.empty() ? agent_scope_mismatch() : thread_not_found(shared->thread_id));
    }
    if (planned->replay) co_return *planned->replay;
    if (attempt == 1 && !shared->who.may(model::kOperator)) {
      const governance::RateSubject counted{governance::RateAxis::Agent,
                                            shared->who.scope.environment_id + '/' + agent};
      if (auto taken = limits_.take({counted}); !taken) co_return fail(taken.error());
    }
    if (auto admitted = engine_.admits(); !admitted) co_return fail(admitted.error());
    auto ticket = co_await start(loop, shared, std::move(*planned));
    const bool stale = !ticket && ticket.error().code == kStaleCode;
    if (!stale) co_return ticket;
    if (attempt == kMaxAttempts) {
      co_return fail(ErrorKind::Conflict, "turn_in_progress",
                     "others wrote to the thread or its agent each time the turn was about to begin; try again");
    }
  }
}

Task<Result<std::optional<TurnTicket>>> Turns::find_earlier(base::Loop& loop, TurnRequest request) {
  if (request.idempotency_key.empty()) co_return std::nullopt;
  if (auto fits = check_key(request.idempotency_key); !fits) co_return fail(fits.error());
  const auto read = database_.read(loop, [request, now = loop.clock().wall_us()](store::Session& session) {
    return find_replay(session, request, now);
  });
  co_return co_await read;
}

// From memory, when nothing speaks against it; the accepting commit checks it. Whatever is unusual is the store's to
// say.
std::optional<Turns::Plan> Turns::recall(const TurnRequest& request) {
  const auto& scope = request.who.scope;
  const bool is_usual = request.of_message_id.empty() && request.reply_to_id.empty() && request.overrides.empty();
  if (!request.idempotency_key.empty() || !is_usual) return std::nullopt;
  Plan plan;
  plan.new_thread = request.thread_id.empty();
  plan.agent_name = request.agent.empty() ? "default" : request.agent;
  if (!plan.new_thread) {
    auto recent = recent_.take(scope, request.who.user_id, request.thread_id);
    if (!recent) return std::nullopt;
    plan.thread = std::move(recent->thread);
    plan.setting = std::move(recent->setting);
    if (request.agent.empty()) plan.agent_name = plan.thread.agent_id;
  }
  auto head = recent_.head(scope, plan.agent_name);
  if (!head) return std::nullopt;
  if (plan.new_thread) plan.setting.version = settings_.known_version(head->version_id);
  if (!plan.setting.version || plan.setting.version->id != head->version_id) return std::nullopt;
  if (!plan.new_thread && plan.thread.agent_id != head->id) return std::nullopt;
  plan.agent = std::move(*head);
  return plan;
}

Task<Result<Turns::Plan>> Turns::plan(base::Loop& loop, std::shared_ptr<const TurnRequest> submitted) {
  const auto read = database_.read(
      loop,
      [this, submitted, now = loop.clock().wall_us(),
       max = options_.max_queued_per_thread](store::Session& session) -> Result<Plan> {
        const TurnRequest& request = *submitted;
        Plan plan;
        const auto& scope = request.who.scope;
        auto replay = find_replay(session, request, now);
        if (!replay) return fail(replay.error());
        plan.replay = std::move(*replay);
        if (plan.replay) return plan;
        plan.new_thread = request.thread_id.empty();
        plan.agent_name = request.agent.empty() ? "default" : request.agent;
        if (!plan.new_thread) {
          const auto thread = store::Conversations(session).find_thread(scope, request.who.user_id, request.thread_id);
          if (!thread) return fail(thread_not_found(request.thread_id));
          plan.thread = *thread;
          if (thread->archived_us != 0) {
            return fail(ErrorKind::Conflict, "thread_archived",
                        "thread " + thread->id + " is archived; unarchive it to go on");
          }
          if (request.agent.empty()) plan.agent_name = thread->agent_id;
        }
        auto agent = find_agent_head(session, scope, plan.agent_name);
        if (!agent) return fail(agent_not_found(plan.agent_name));
        if (!agent->active) {
          return fail(ErrorKind::Conflict, "agent_inactive",
                      "agent " + agent->slug + " is switched off; set isActive to use it");
        }
        if (!plan.new_thread) {
          if (plan.thread.agent_id != agent->id) {
            return fail(model::invalid_field("agentId", "the agent of the thread, " + plan.thread.agent_id, agent->id));
          }
          if (auto fits = check_messages(session, request); !fits) return fail(fits.error());
          const auto busy = check_busy(session, request, plan.thread.id, max);
          if (!busy) return fail(busy.error());
          plan.busy = *busy;
        }
        recent_.put_head(scope, plan.agent_name, *agent);
        plan.agent = std::move(*agent);
        // A queued turn reads the history when it starts.
        if (plan.busy) return plan;
        model::RunRecord run;
        run.scope = scope;
        run.user_id = request.who.user_id;
        run.thread_id = plan.thread.id;
        run.version_id = plan.agent.version_id;
        run.id = run_of(session, request);
        auto stored = settings_.read(session, run, {request.reply_to_id, request.overrides});
        if (!stored) return fail(stored.error());
        plan.setting = std::move(*stored);
        return plan;
      });
  co_return co_await read;
}

Task<Result<TurnTicket>> Turns::start(base::Loop& loop, std::shared_ptr<const TurnRequest> submitted, Plan plan) {
  const TurnRequest& request = *submitted;
  const std::int64_t now_us = loop.clock().wall_us();
  if (plan.new_thread) {
    plan.thread.id = ids_.make("thr");
    plan.thread.agent_id = plan.agent.id;
    plan.thread.user_id = request.who.user_id;
    plan.thread.created_us = plan.thread.updated_us = now_us;
    plan.thread.turn_count = 1;
  }
  plan.setting.revision = plan.thread.revision + (plan.new_thread ? 0 : 1);
  model::Message message;
  message.id = request.of_message_id.empty() ? ids_.make("msg") : request.of_message_id;
  message.thread_id = plan.thread.id;
  message.run_id = ids_.make("run");
  message.role = "user";
  message.state = "pending";
  message.content = request.message;
  message.created_us = now_us;
  message.reply_to_id = request.reply_to_id;

  model::RunRecord run;
  run.id = message.run_id;
  run.scope = request.who.scope;
  run.user_id = request.who.user_id;
  run.kind = "turn";
  run.agent_id = plan.agent.id;
  run.version_id = plan.agent.version_id;
  run.thread_id = plan.thread.id;
  TurnInput input;
  input.message = request.message;
  input.message_id = message.id;
  input.dynamic_blocks = request.dynamic_blocks;
  input.output_schema_json = request.output_schema_json;
  input.overrides = request.overrides;
  input.reply_to_id = request.reply_to_id;
  input.traceparent = request.traceparent;
  input.session_json = request.session_json;
  input.user_token = request.who.user_token;
  input.allowed_tools = request.allowed_tools;
  input.profile_json = request.who.profile_json;
  run.input_json = to_json(input);
  run.request_id = request.request_id;
  run.created_us = run.started_us = now_us;
  run.deadline_us = plan.busy ? options_.deadline_us : now_us + options_.deadline_us;

  const auto accept = [submitted, thread = plan.thread, agent = plan.agent, new_thread = plan.new_thread,
                       may_wait = plan.busy, message, now_us,
                       max = options_.max_queued_per_thread](store::Session& session) -> Result<void> {
    const TurnRequest& asked = *submitted;
    const auto& scope = asked.who.scope;
    const auto replay = find_replay(session, asked, now_us);
    if (!replay) return fail(replay.error());
    // Another request with this key was faster; its run is the answer.
    if (*replay) return fail(ErrorKind::Conflict, std::string(kReplayCode), (*replay)->run_id);
    const bool is_free = new_thread || (!may_wait && store::Runs(session).is_free(scope, thread.id));
    if (!is_free) {
      const auto busy = check_busy(session, asked, thread.id, max);
      if (!busy) return fail(busy.error());
      if (*busy && !may_wait) return fail(stale_plan());
    }
    if (!store::Agents(session).is_current(scope, agent)) return fail(stale_plan());
    keep_key(session, scope, idempotency_row(asked), message.run_id, now_us);
    store::Conversations conversations(session);
    if (new_thread) {
      conversations.insert_thread(scope, thread);
    } else {
      // A turn that waits reads the thread when its time has come.
      const auto revision = may_wait ? std::nullopt : std::optional(thread.revision);
      if (!conversations.begin_turn(scope, thread.id, revision, now_us)) return fail(stale_plan());
    }
    if (!asked.reply_to_id.empty()) conversations.count_reply(scope, asked.reply_to_id);
    if (asked.of_message_id.empty()) {
      conversations.insert_message(scope, message);
    } else if (!conversations.begin_again(scope, message.id, message.run_id)) {
      return fail(message_not_active(message.id));
    }
    return {};
  };

  Result<void> accepted;
  if (plan.busy) {
    accepted = co_await engine_.enqueue(loop, run, accept);
  } else {
    settings_.offer(run.id, std::move(plan.setting));
    const auto submission = engine_.submit(run, accept, model::meta_event(plan.thread.id, plan.agent.id, run.id));
    accepted = co_await submission.accepted;
    base::failpoint("submit.after_accept");
  }
  if (!accepted) settings_.withdraw(run.id);
  if (!accepted && accepted.error().code == kStaleCode) recent_.forget_head(request.who.scope, plan.agent_name);
  if (!accepted && accepted.error().code == kReplayCode) {
    auto planned = co_await this->plan(loop, submitted);
    if (!planned) co_return fail(planned.error());
    if (planned->replay) co_return *planned->replay;
  }
  if (!accepted) co_return fail(accepted.error());
  TurnTicket ticket;
  ticket.run_id = run.id;
  ticket.thread_id = plan.thread.id;
  ticket.agent_id = plan.agent.id;
  ticket.queued = plan.busy;
  co_return ticket;
}

}  // namespace platos::agent
