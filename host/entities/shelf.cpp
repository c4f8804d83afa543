#include "entities/shelf.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "store/credentials.hpp"
#include "tenancy/tenant.hpp"

namespace platos::entities {
namespace {

constexpr std::size_t kMaxOfferedName = 64;

using Rows = std::map<std::string, std::vector<store::EntityToolRow>>;  // by entity

const EntityTool* unchanged(const Shelf* former, const std::string& entity, const store::EntityToolRow& row) {
  const Shelf::Owner* owner = former == nullptr ? nullptr : former->find(entity);
  const EntityTool* tool = owner == nullptr ? nullptr : Shelf::find_tool(*owner, row.name);
  return tool != nullptr && tool->definition_json == row.definition_json ? tool : nullptr;
}

}  // namespace

bool Shelf::Owner::is_for(const std::string& agent_id) const {
  return linked_agents.empty() || agent_id.empty() ||
         std::find(linked_agents.begin(), linked_agents.end(), agent_id) != linked_agents.end();
}

const Shelf::Owner* Shelf::find(std::string_view entity) const {
  const auto found = std::lower_bound(owners.begin(), owners.end(), entity,
                                      [](const Owner& each, std::string_view name) { return each.entity < name; });
  return found == owners.end() || found->entity != entity ? nullptr : &*found;
}

const EntityTool* Shelf::find_tool(const Owner& owner, std::string_view name) {
  const auto found =
      std::lower_bound(owner.tools.begin(), owner.tools.end(), name,
                       [](const EntityTool& each, std::string_view wanted) { return each.tool.name < wanted; });
  return found == owner.tools.end() || found->tool.name != name ? nullptr : &*found;
}

std::shared_ptr<const Shelf> read_shelf(store::Session& session, const model::Scope& scope, const Shelf* former) {
  auto shelf = std::make_shared<Shelf>();
  Rows rows;
  for (auto& row : store::EntityTools(session).tools(scope)) rows[row.entity_id].push_back(std::move(row));
  if (rows.empty()) return shelf;
  std::map<std::string, store::EntityLinkRow> links;
  for (auto& link : store::EntityTools(session).links(scope)) links.emplace(link.entity_id, std::move(link));
  auto entities =
      store::Credentials(session).entities(tenancy::Tenant::across(), scope.organization_id, scope.project_id);
  std::sort(entities.begin(), entities.end(),
            [](const auto& left, const auto& right) { return left.entity_id < right.entity_id; });
  std::set<std::string> names;
  for (const auto& entity : entities) {
    const auto& link = links[entity.id];
    Shelf::Owner owner{entity.id, entity.entity_id, entity.linked_agents, link.callback_url, link.host_id, {}};
    const std::string instance = kInstancePrefix + entity.entity_id;
    auto& declared = rows[entity.id];
    // Databases sort texts as their collation says, and find_tool() by bytes.
    std::sort(declared.begin(), declared.end(),
              [](const auto& left, const auto& right) { return left.name < right.name; });
    for (const auto& row : declared) {
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
