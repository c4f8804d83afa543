#include "entities/shelf.hpp"

#include <algorithm>
#include <set>

#include "store/credentials.hpp"
#include "tenancy/tenant.hpp"

namespace platos::entities {
namespace {

constexpr std::size_t kMaxOfferedName = 64;

const EntityTool* unchanged(const Shelf* former, const std::string& entity, const store::EntityToolRow& row) {
  const Shelf::Owner* owner = former == nullptr ? nullptr : former->find(entity);
  const EntityTool* tool = owner == nullptr ? nullptr : Shelf::find_tool(*owner, row.name);
  return tool != nullptr && tool->definition_json == row.definition_json ? tool : nullptr;
}

}  // namespace

const Shelf::Owner* Shelf::find(std::string_view entity) const {
  const auto found =
      std::find_if(owners.begin(), owners.end(), [&](const auto& each) { return each.entity == entity; });
  return found == owners.end() ? nullptr : &*found;
}

const EntityTool* Shelf::find_tool(const Owner& owner, std::string_view name) {
  const auto found = std::find_if(owner.tools.begin(), owner.tools.end(),
                                  [&](const EntityTool& each) { return each.tool.name == name; });
  return found == owner.tools.end() ? nullptr : &*found;
}

std::shared_ptr<const Shelf> read_shelf(store::Session& session, const model::Scope& scope, const Shelf* former) {
  auto shelf = std::make_shared<Shelf>();
  const auto rows = store::EntityTools(session).tools(scope);
  if (rows.empty()) return shelf;
  std::set<std::string> names;
  for (const auto& entity :
       store::Credentials(session).entities(tenancy::Tenant::across(), scope.organization_id, scope.project_id)) {
    Shelf::Owner owner{entity.id, entity.entity_id, entity.linked_agents, {}};
    const std::string instance = kInstancePrefix + entity.entity_id;
    for (const auto& row : rows) {
      if (row.entity_id != entity.id) continue;
      const EntityTool* same = unchanged(former, entity.entity_id, row);
      Result<EntityTool> tool = same != nullptr ? Result<EntityTool>(*same) : tool_of(row, instance);
      if (!tool) continue;
      std::string name = model_name_of(entity.entity_id, row.name);
      if (name.size() > kMaxOfferedName || names.contains(name)) name = distinct_model_name(name, instance, row.name);
      names.insert(name);
      tool->tool.model_name = std::move(name);
      owner.tools.push_back(std::move(*tool));
    }
    if (!owner.tools.empty()) shelf->owners.push_back(std::move(owner));
  }
  return shelf;
}

}  // namespace platos::entities
