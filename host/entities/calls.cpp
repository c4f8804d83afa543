// How calls reach the backends of entities.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "entities/entities.hpp"
#include "entities/frame_reader.hpp"
#include "store/credentials.hpp"
#include "store/hosts.hpp"
#include "tenancy/tenant.hpp"

namespace platos::entities {
namespace {

constexpr std::int64_t kReturnWaitUs = 10'000'000;

/// Whoever stops waiting, in whatever way, is no longer waited for.
class Waiting {
 public:
  Waiting(base::Loop& loop, Links& links, std::string call_id, base::Loop::TimerId timer)
      : loop_(loop), links_(links), call_id_(std::move(call_id)), timer_(timer) {}
  ~Waiting() {
    loop_.cancel(timer_);
    links_.forget(call_id_);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  base::Loop& loop_;
  Links& links_;
  const std::string call_id_;
  const base::Loop::TimerId timer_;
};

/// The same for a backend that is waited for.
class AwaitedArrival {
 public:
  AwaitedArrival(base::Loop& loop, Links& links, std::string entity_row, std::string environment_id)
      : loop_(loop), links_(links), entity_row_(std::move(entity_row)), environment_id_(std::move(environment_id)) {}
  ~AwaitedArrival() {
    loop_.cancel(timer_);
    links_.stop_waiting(entity_row_, environment_id_, number_);
  }
  AwaitedArrival(const AwaitedArrival&) = delete;
  AwaitedArrival& operator=(const AwaitedArrival&) = delete;

  void begin(std::uint64_t seen, std::int64_t until_us, const base::Completion<base::Done>& arrived) {
    number_ = links_.await_arrival(entity_row_, environment_id_, seen, arrived);
    timer_ = loop_.call_at(until_us, [arrived] { arrived.complete({}); });
  }

 private:
  base::Loop& loop_;
  Links& links_;
  const std::string entity_row_;
  const std::string environment_id_;
  std::uint64_t number_ = 0;
  base::Loop::TimerId timer_{0, 0};
};

Result<std::string> result_of(Reply reply, const OutgoingCall& call) {
  const std::string which = "\"" + call.tool + "\" of the entity \"" + call.entity + "\"";
  switch (reply.kind) {
    case Reply::Kind::Result: return std::move(reply.text);
    case Reply::Kind::Failed: return fail(ErrorKind::Aborted, "tool_failed", std::move(reply.text));
    case Reply::Kind::TimedOut:
      return fail(ErrorKind::Deadline, "entity_timeout", which + " did not answer in time; it may have had its effect");
    case Reply::Kind::Cancelled:
      return fail(ErrorKind::Cancelled, "cancelled", "the call of " + which + " was cancelled");
    default:
      return fail(ErrorKind::Unavailable, "entity_connection_lost",
                  "the connection was lost while " + which + " ran; it may have had its effect");
  }
}

}  // namespace

Task<Result<std::string>> Entities::call(base::Loop& loop, const OutgoingCall& call, Target target,
                                         std::int64_t timeout_ms, base::CancelToken cancel) {
  const std::int64_t now_us = loop.clock().monotonic_us();
  const std::int64_t due_us = std::min(call.deadline_us, now_us + timeout_ms * 1000);
  const std::int64_t until_us = std::min(due_us, now_us + kReturnWaitUs);
  for (;;) {
    const std::uint64_t seen = links_.arrivals();
    auto result = co_await call_once(loop, call, target.row, due_us, cancel);
    const bool offline = !result && result.error().code == "entity_offline";
    if (!offline) co_return result;
    if (!target.callback_url.empty()) {
      co_return co_await call_by_http(loop, call, std::move(target), due_us, std::move(cancel));
    }
    const auto elsewhere = co_await is_elsewhere(loop, target);
    if (!elsewhere) co_return fail(elsewhere.error());
    if (*elsewhere) {
      co_return fail(ErrorKind::FailedPrecondition, "entity_elsewhere",
                     "ENTITY_OFFLINE: the entity \"" + call.entity +
                         "\" was connected last to another server of this installation, and gave no callback_url "
                         "by which this one could call it; nothing was called");
    }
    if (loop.clock().monotonic_us() >= until_us) co_return result;
    if (!links_.may_return(target.row, call.scope.environment_id)) co_return result;
    co_await await_return(loop, call, target.row, seen, until_us, cancel);
    if (cancel.cancelled())
      co_return fail(ErrorKind::Cancelled, "cancelled", "the call was cancelled; nothing was sent");
  }
}

// Only that host knows whether the backend is there now; that the host lives is what the database knows.
Task<Result<bool>> Entities::is_elsewhere(base::Loop& loop, const Target& target) {
  if (!database_.is_shared() || target.host_id.empty() || target.host_id == host_id_) co_return false;
  const auto read = database_.read(loop,
                                   [own = host_id_, host = target.host_id,
                                    now_us = loop.clock().wall_us()](store::Session& session) -> Result<bool> {
                                     const auto others =
                                         store::Hosts(session).others(tenancy::Tenant::across(), own, now_us);
                                     return std::find(others.begin(), others.end(), host) != others.end();
                                   });
  co_return co_await read;
}

Task<Result<std::string>> Entities::call_by_http(base::Loop& loop, const OutgoingCall& call, Target target,
                                                 std::int64_t due_us, base::CancelToken cancel) {
  const auto reading =
      database_.read(loop, [scope = call.scope, row = target.row](store::Session& session) -> Result<std::string> {
        const auto entity = store::Credentials(session).find_entity(tenancy::Tenant::across(), scope.organization_id,
                                                                    scope.project_id, row);
        if (!entity) return fail(ErrorKind::FailedPrecondition, "entity_offline", "ENTITY_OFFLINE: the entity is gone");
        return entity->secret;
      });
  auto secret = co_await reading;
  if (!secret) co_return fail(secret.error());
  Callback callback;
  callback.trust = callbacks_.trust_of(target.callback_url);
  callback.url = std::move(target.callback_url);
  callback.secret = std::move(*secret);
  callback.due_us = due_us;
  auto body = co_await call_back(loop, client_of_(loop), call, std::move(callback), std::move(cancel));
  if (!body) co_return fail(body.error());
  // An answer without content, as of status 204, is one without a result.
  if (body->empty()) co_return "null";
  const auto read = co_await read_json(loop, readers_, std::move(*body), "the answer of the callback");
  if (!read) {
    co_return fail(ErrorKind::Aborted, "tool_bad_output",
                   "the tool \"" + call.tool + "\" of the entity \"" + call.entity +
                       "\" was called, and its answer is no JSON: " + read.error().message);
  }
  co_return model::dump(*read);
}

Task<void> Entities::await_return(base::Loop& loop, const OutgoingCall& call, std::string entity_row,
                                  std::uint64_t seen, std::int64_t until_us, base::CancelToken cancel) {
  const base::Completion<base::Done> arrived(loop);
  AwaitedArrival waiting(loop, links_, std::move(entity_row), call.scope.environment_id);
  waiting.begin(seen, until_us, arrived);
  const auto listening = cancel.on_cancel([arrived] { arrived.complete({}); });
  co_await arrived;
}

Task<Result<std::string>> Entities::call_once(base::Loop& loop, const OutgoingCall& call, std::string entity_row,
                                              std::int64_t due_us, base::CancelToken cancel) {
  const base::Completion<Reply> done(loop);
  const auto call_id = links_.send(call, entity_row, loop.clock().wall_us(), done);
  if (!call_id) co_return fail(call_id.error());
  const auto timer = loop.call_at(due_us, [done] { done.complete({Reply::Kind::TimedOut, {}}); });
  const Waiting waiting(loop, links_, *call_id, timer);
  const auto listening = cancel.on_cancel([done] { done.complete({Reply::Kind::Cancelled, {}}); });
  auto reply = co_await done;
  co_return result_of(std::move(reply), call);
}

}  // namespace platos::entities
