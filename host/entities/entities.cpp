#include "entities/entities.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::entities {
namespace {

constexpr std::int64_t kFreshUs = 2'000'000;
constexpr std::size_t kMaxShelves = 1000;
constexpr std::int64_t kTimeoutMs = 30'000;
constexpr std::int64_t kReturnWaitUs = 10'000'000;

std::string_view entity_of(std::string_view instance) {
  return instance.substr(std::string_view(kInstancePrefix).size());
}

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

bool Entities::owns(std::string_view instance) const { return instance.starts_with(kInstancePrefix); }

void Entities::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  for (auto& [environment, shelf] : shelves_) {
    auto stale = std::make_shared<Shelf>(*shelf);
    stale->read_us = 0;
    shelf = std::move(stale);
  }
}

Task<Result<std::shared_ptr<const Shelf>>> Entities::shelf_of(base::Loop& loop, model::Scope scope) {
  std::shared_ptr<const Shelf> former;
  std::uint64_t generation = 0;
  const std::int64_t now_us = loop.clock().monotonic_us();
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
    const auto known = shelves_.find(scope.environment_id);
    if (known != shelves_.end()) former = known->second;
  }
  if (former && former->read_us != 0 && now_us - former->read_us < kFreshUs) co_return former;
  const auto read =
      database_.read(loop, [scope, former, now_us](store::Session& session) -> Result<std::shared_ptr<const Shelf>> {
        auto shelf = std::make_shared<Shelf>(*read_shelf(session, scope, former.get()));
        shelf->read_us = now_us;
        return shelf;
      });
  auto shelf = co_await read;
  if (!shelf) co_return shelf;
  const std::lock_guard lock(mutex_);
  if (generation != generation_) co_return shelf;
  if (shelves_.size() >= kMaxShelves) shelves_.clear();
  shelves_.insert_or_assign(scope.environment_id, *shelf);
  co_return shelf;
}

Task<Result<std::vector<model::Tool>>> Entities::tools_of(base::Loop& loop, model::Scope scope, model::AgentConfig) {
  const auto shelf = co_await shelf_of(loop, std::move(scope));
  if (!shelf) co_return fail(shelf.error());
  std::vector<model::Tool> tools;
  for (const auto& owner : (*shelf)->owners) {
    for (const auto& each : owner.tools) tools.push_back(each.tool);
  }
  co_return tools;
}

Task<Result<std::string>> Entities::invoke(base::Loop& loop, ports::CallContext context, std::string instance,
                                           std::string tool, std::string arguments_json, base::CancelToken cancel) {
  const auto shelf = co_await shelf_of(loop, context.scope);
  if (!shelf) co_return fail(shelf.error());
  const std::string entity(entity_of(instance));
  const Shelf::Owner* owner = (*shelf)->find(entity);
  const EntityTool* found = owner == nullptr ? nullptr : Shelf::find_tool(*owner, tool);
  if (found == nullptr) {
    co_return fail(ErrorKind::NotFound, "unknown_tool", "the entity \"" + entity + "\" offers no \"" + tool + "\" now");
  }
  const auto& linked = owner->linked_agents;
  if (!linked.empty() && std::find(linked.begin(), linked.end(), context.agent_id) == linked.end()) {
    co_return fail(ErrorKind::PermissionDenied, "agent_not_linked",
                   "the entity \"" + entity + "\" serves other agents; link this one to it");
  }
  if (found->needs_user && context.user_id.empty()) {
    co_return fail(ErrorKind::FailedPrecondition, "user_required",
                   "\"" + tool + "\" acts for a user, and the turn has none");
  }
  const auto made = make_call(context, entity, tool, arguments_json);
  if (!made) co_return fail(made.error());
  const std::int64_t timeout_ms = found->tool.timeout_ms > 0 ? found->tool.timeout_ms : kTimeoutMs;
  co_return co_await call(loop, *made, owner->row, timeout_ms, std::move(cancel));
}

Task<Result<std::string>> Entities::call(base::Loop& loop, const OutgoingCall& call, std::string entity_row,
                                         std::int64_t timeout_ms, base::CancelToken cancel) {
  const std::int64_t now_us = loop.clock().monotonic_us();
  const std::int64_t due_us = std::min(call.deadline_us, now_us + timeout_ms * 1000);
  const std::int64_t until_us = std::min(due_us, now_us + kReturnWaitUs);
  for (;;) {
    const std::uint64_t seen = links_.arrivals();
    auto result = co_await call_once(loop, call, entity_row, due_us, cancel);
    const bool offline = !result && result.error().code == "entity_offline";
    if (!offline || loop.clock().monotonic_us() >= until_us) co_return result;
    if (!links_.may_return(entity_row, call.scope.environment_id)) co_return result;
    co_await await_return(loop, call, entity_row, seen, until_us, cancel);
    if (cancel.cancelled())
      co_return fail(ErrorKind::Cancelled, "cancelled", "the call was cancelled; nothing was sent");
  }
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

// Schemas are compiled on a reader of the database: this loop has others to serve.
Task<Result<Enrolled>> Entities::enroll(base::Loop& loop, tenancy::EntityGuest guest, std::string link_id,
                                        model::Json frame) {
  const std::string instance = kInstancePrefix + guest.entity.entity_id;
  const auto read = database_.read(
      loop, [frame = std::move(frame), instance](store::Session&) { return read_registration(frame, instance, {}); });
  auto registration = co_await read;
  if (!registration) co_return fail(registration.error());
  std::set<std::string> names;
  std::vector<store::EntityToolRow> rows;
  for (const auto& each : registration->tools) {
    names.insert(each.tool.name);
    rows.push_back({guest.entity.id, each.tool.name, each.definition_json});
  }
  const auto kept = links_.offer(link_id, std::move(names));
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, guest, rows, kept, now_us](store::Session& session) {
    store::EntityTools store(session);
    store.note_connected(guest.scope, guest.entity.id, host_id_, now_us);
    return Result<store::EntityToolChange>(store.declare(guest.scope, guest.entity.id, rows, kept, now_us));
  });
  auto change = co_await write;
  if (!change) co_return fail(change.error());
  forget();
  logger_.info("entities", "tools were registered",
               {{"entity", guest.entity.id},
                {"environment", guest.scope.environment_id},
                {"tools", std::to_string(change->tools.size())},
                {"rejected", std::to_string(registration->rejected.size())}});
  co_return Enrolled{std::move(*change), std::move(registration->rejected)};
}

}  // namespace platos::entities
