#include "entities/entities.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::entities {
namespace {

constexpr std::int64_t kFreshUs = 2'000'000;        // where other hosts write, too
constexpr std::int64_t kFreshAloneUs = 60'000'000;  // changes of this process are seen at once
constexpr std::size_t kMaxShelves = 1000;
constexpr std::int64_t kTimeoutMs = 30'000;

std::string_view entity_of(std::string_view instance) {
  return instance.substr(std::string_view(kInstancePrefix).size());
}

}  // namespace

bool Entities::owns(std::string_view instance) const { return instance.starts_with(kInstancePrefix); }

Entities::Kept& Entities::kept(const std::string& environment_id) {
  const auto known = shelves_.find(environment_id);
  if (known != shelves_.end()) return known->second;
  if (shelves_.size() >= kMaxShelves) shelves_.clear();
  Kept& fresh = shelves_[environment_id];
  fresh.changed_at = changes_;
  return fresh;
}

void Entities::forget(const std::string& environment_id) {
  const std::lock_guard lock(mutex_);
  Kept& known = kept(environment_id);
  known.changed_at = ++changes_;
  known.is_fresh = false;
}

void Entities::forget() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  for (auto& [environment, known] : shelves_) {
    known.changed_at = changes_;
    known.is_fresh = false;
  }
}

Task<Result<std::shared_ptr<const Shelf>>> Entities::shelf_of(base::Loop& loop, model::Scope scope) {
  std::shared_ptr<const Shelf> former;
  std::uint64_t began_at = 0;
  const std::int64_t now_us = loop.clock().monotonic_us();
  {
    const std::lock_guard lock(mutex_);
    const Kept& known = kept(scope.environment_id);
    const std::int64_t fresh_us = database_.is_shared() ? kFreshUs : kFreshAloneUs;
    if (known.is_fresh && now_us - known.shelf->read_us < fresh_us) co_return known.shelf;
    former = known.shelf;
    began_at = changes_;
  }
  const auto read =
      database_.read(loop, [scope, former, now_us](store::Session& session) -> Result<std::shared_ptr<const Shelf>> {
        auto shelf = std::make_shared<Shelf>(*read_shelf(session, scope, former.get()));
        shelf->read_us = now_us;
        return shelf;
      });
  auto shelf = co_await read;
  if (!shelf) co_return shelf;
  const std::lock_guard lock(mutex_);
  Kept& known = kept(scope.environment_id);
  // What changed while it was read may not be in it.
  if (known.changed_at > began_at) co_return shelf;
  known.shelf = *shelf;
  known.is_fresh = true;
  co_return shelf;
}

Task<Result<std::vector<model::SharedTool>>> Entities::tools_of(base::Loop& loop, model::Scope scope,
                                                                model::AgentConfig agent) {
  const auto shelf = co_await shelf_of(loop, std::move(scope));
  if (!shelf) co_return fail(shelf.error());
  std::vector<model::SharedTool> tools;
  for (const auto& owner : (*shelf)->owners) {
    if (!owner.is_for(agent.agent_id)) continue;
    for (const auto& each : owner.tools) tools.emplace_back(*shelf, &each.tool);
  }
  co_return tools;
}

Result<void> Entities::admit(const Shelf::Owner& owner, const EntityTool& tool, const ports::CallContext& context,
                             std::int64_t now_us) {
  const bool is_nobodys = !owner.linked_agents.empty() && context.agent_id.empty();
  if (is_nobodys || !owner.is_for(context.agent_id)) {
    return fail(ErrorKind::PermissionDenied, "agent_not_linked",
                "the entity \"" + owner.entity + "\" serves other agents; link this one to it");
  }
  if (tool.needs_user && context.user_id.empty()) {
    return fail(ErrorKind::FailedPrecondition, "user_required",
                "\"" + tool.tool.name + "\" acts for a user, and the turn has none");
  }
  if (tool.per_minute == 0) return {};
  const std::string shown = "\"" + tool.tool.name + "\" of the entity \"" + owner.entity + "\"";
  return rates_.take(context.scope.environment_id + "/" + owner.row + "/" + tool.tool.name, shown, tool.per_minute,
                     now_us);
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
  if (auto admitted = admit(*owner, *found, context, loop.clock().monotonic_us()); !admitted)
    co_return fail(admitted.error());
  const auto made = make_call(context, entity, tool, arguments_json);
  if (!made) co_return fail(made.error());
  const std::int64_t timeout_ms = found->tool.timeout_ms > 0 ? found->tool.timeout_ms : kTimeoutMs;
  Target target{owner->row, owner->callback_url, owner->host_id};
  co_return co_await call(loop, *made, std::move(target), timeout_ms, std::move(cancel));
}

}  // namespace platos::entities
