#include "api/entity_states.hpp"

#include <algorithm>

namespace platos::api {
namespace {

using EntityLinkRows = std::vector<store::EntityLinkRow>;
using SaidOfTools = std::map<std::string, entities::ToolHealth>;

}  // namespace

Task<Result<std::vector<EntityState>>> states_of(const Services& services, const Call& call,
                                                 std::vector<model::Entity> entities) {
  const model::Scope scope = call.who.scope;
  const auto shelf = co_await services.entities.shelf_of(call.loop(), scope);
  if (!shelf) co_return fail(shelf.error());
  const auto read = services.database.read(call.loop(), [scope](store::Session& session) {
    return Result<EntityLinkRows>(store::EntityTools(session).links(scope));
  });
  const auto links = co_await read;
  if (!links) co_return fail(links.error());
  std::vector<EntityState> states;
  for (const auto& each : entities) {
    EntityState state;
    state.links = services.entities.links().views(each.id, scope.environment_id);
    const auto last = std::find_if(links->begin(), links->end(),
                                   [&](const store::EntityLinkRow& link) { return link.entity_id == each.id; });
    if (last != links->end()) state.last = *last;
    const auto* owner = (*shelf)->find(each.entity_id);
    state.tools = owner == nullptr ? 0 : owner->tools.size();
    states.push_back(std::move(state));
  }
  co_return states;
}

Task<Result<std::map<std::string, model::Json>>> entities_of_tools(const Services& services, const Call& call) {
  const auto all = co_await services.keys.entities(call.loop(), call.who);
  if (!all) co_return fail(all.error());
  const auto states = co_await states_of(services, call, *all);
  if (!states) co_return fail(states.error());
  std::map<std::string, model::Json> by_source;
  for (std::size_t i = 0; i < all->size(); ++i) {
    const model::Json row = to_wire((*all)[i], (*states)[i]);
    by_source["entity:" + (*all)[i].entity_id] = {{"entityPk", row["id"]}, {"callbackUrl", row["callbackUrl"]}};
  }
  co_return by_source;
}

Task<Result<std::map<std::string, entities::ToolHealth>>> said_health(const Services& services, const Call& call,
                                                                      model::Entity entity) {
  const model::Scope scope = call.who.scope;
  const auto read = services.database.read(call.loop(), [scope, id = entity.id](store::Session& session) {
    SaidOfTools said;
    for (auto& row : store::EntityTools(session).tools_of(scope, id))
      said.emplace(row.name, entities::ToolHealth{std::move(row.status), std::move(row.health_json)});
    return Result<SaidOfTools>(std::move(said));
  });
  auto said = co_await read;
  if (!said) co_return said;
  // The store is told when a status changes; connections say the rest, too.
  for (auto& [tool, health] : *said) {
    auto now = services.entities.links().health_of(entity.id, scope.environment_id, tool);
    if (!now.status.empty()) health = std::move(now);
  }
  co_return said;
}

}  // namespace platos::api
