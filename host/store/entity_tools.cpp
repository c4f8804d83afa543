#include "store/entity_tools.hpp"

#include <algorithm>
#include <map>

#include "store/rows.hpp"

#define PLATOS_LINK_COLUMNS "entity_id, host_id, connected_us, revision, callback"
#define PLATOS_TOOL_COLUMNS "entity_id, name, definition, status, health"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kDefinition = "entity_tools.definition";
constexpr std::string_view kHealth = "entity_tools.health";
constexpr std::string_view kCallback = "entity_links.callback";

std::string tool_key(const std::string& entity_id, const std::string& name) { return entity_id + '/' + name; }

Param sealed_or_null(const std::string& text, const secrets::Place& place) {
  if (text.empty()) return nullptr;
  return Sealed{text, place};
}

EntityToolRow read_entity_tool(const Row& row, const Scope& scope) {
  EntityToolRow tool;
  tool.entity_id = row.text(0);
  tool.name = row.text(1);
  const std::string key = tool_key(tool.entity_id, tool.name);
  tool.definition_json = row.unsealed(2, place(scope, kDefinition, key));
  tool.status = row.text(3);
  tool.health_json = row.unsealed(4, place(scope, kHealth, key));
  return tool;
}

EntityLinkRow read_link(const Row& row, const Scope& scope) {
  EntityLinkRow link;
  link.entity_id = row.text(0);
  link.host_id = row.text(1);
  link.connected_us = row.integer(2);
  link.revision = row.integer(3);
  link.callback_url = row.unsealed(4, place(scope, kCallback, link.entity_id));
  return link;
}

}  // namespace

std::vector<EntityToolRow> EntityTools::tools(const Scope& scope) {
  return all_rows<EntityToolRow>(
      session_, scope, "SELECT " PLATOS_TOOL_COLUMNS " FROM entity_tools WHERE env_id = $1 ORDER BY entity_id, name",
      {scope.environment_id}, [&](const Row& row) { return read_entity_tool(row, scope); });
}

std::vector<EntityToolRow> EntityTools::tools_of(const Scope& scope, const std::string& entity_id) {
  return all_rows<EntityToolRow>(session_, scope,
                                 "SELECT " PLATOS_TOOL_COLUMNS
                                 " FROM entity_tools WHERE env_id = $1 AND "
                                 "entity_id = $2 ORDER BY name",
                                 {scope.environment_id, entity_id},
                                 [&](const Row& row) { return read_entity_tool(row, scope); });
}

std::optional<EntityLinkRow> EntityTools::link(const Scope& scope, const std::string& entity_id) {
  return first_row<EntityLinkRow>(
      session_, scope, "SELECT " PLATOS_LINK_COLUMNS " FROM entity_links WHERE env_id = $1 AND entity_id = $2",
      {scope.environment_id, entity_id}, [&](const Row& row) { return read_link(row, scope); });
}

std::vector<EntityLinkRow> EntityTools::links(const Scope& scope) {
  return all_rows<EntityLinkRow>(
      session_, scope, "SELECT " PLATOS_LINK_COLUMNS " FROM entity_links WHERE env_id = $1 ORDER BY entity_id",
      {scope.environment_id}, [&](const Row& row) { return read_link(row, scope); });
}

bool EntityTools::set_callback(const Scope& scope, const std::string& entity_id, const std::string& url) {
  const auto now = link(scope, entity_id);
  if (!now || now->callback_url == url) return false;
  session_.send(scope, "UPDATE entity_links SET callback = $1 WHERE env_id = $2 AND entity_id = $3",
                {sealed_or_null(url, place(scope, kCallback, entity_id)), scope.environment_id, entity_id});
  return true;
}

bool EntityTools::set_health(const Scope& scope, const std::string& entity_id, const std::string& name,
                             const std::string& status, const std::string& health_json) {
  const std::string key = tool_key(entity_id, name);
  return session_.execute(scope,
                          "UPDATE entity_tools SET status = $1, health = $2 WHERE env_id = $3 AND entity_id = $4 AND "
                          "name = $5 AND status <> $1",
                          {status, sealed_or_null(health_json, place(scope, kHealth, key)), scope.environment_id,
                           entity_id, name}) > 0;
}

void EntityTools::put(const Scope& scope, const EntityToolRow& row, std::int64_t now_us) {
  const std::string key = tool_key(row.entity_id, row.name);
  session_.send(
      scope,
      "INSERT INTO entity_tools (env_id, entity_id, name, definition, status, health, created_us, updated_us) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (env_id, entity_id, name) DO UPDATE SET "
      "definition = $4, status = $5, health = $6, updated_us = $7",
      {scope.environment_id, row.entity_id, row.name, Sealed{row.definition_json, place(scope, kDefinition, key)},
       row.status, sealed_or_null(row.health_json, place(scope, kHealth, key)), now_us});
}

EntityToolChange EntityTools::declare(const Scope& scope, const std::string& entity_id,
                                      const std::vector<EntityToolRow>& declared, const std::vector<std::string>& kept,
                                      std::int64_t now_us) {
  EntityToolChange change;
  std::map<std::string, EntityToolRow> left;
  for (auto& row : tools_of(scope, entity_id)) left.emplace(row.name, std::move(row));
  std::map<std::string, EntityToolRow> now;
  for (const auto& row : declared) {
    const auto former = left.find(row.name);
    const bool same = former != left.end() && former->second.definition_json == row.definition_json;
    if (!same || former->second.status != row.status) put(scope, row, now_us);
    change.added += former == left.end() ? 1 : 0;
    change.updated += former != left.end() && !same ? 1 : 0;
    if (former != left.end()) left.erase(former);
    now.emplace(row.name, row);
  }
  for (auto& [name, row] : left) {
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) {
      now.emplace(name, std::move(row));
      continue;
    }
    session_.send(scope, "DELETE FROM entity_tools WHERE env_id = $1 AND entity_id = $2 AND name = $3",
                  {scope.environment_id, entity_id, name});
    ++change.removed;
  }
  session_.execute(scope, "UPDATE entity_links SET revision = revision + 1 WHERE env_id = $1 AND entity_id = $2",
                   {scope.environment_id, entity_id});
  const auto linked = link(scope, entity_id);
  change.revision = linked ? linked->revision : 0;
  for (auto& [name, row] : now) change.tools.push_back(std::move(row));
  return change;
}

void EntityTools::note_connected(const Scope& scope, const std::string& entity_id, const std::string& host_id,
                                 std::int64_t now_us) {
  session_.send(scope,
                "INSERT INTO entity_links (env_id, entity_id, host_id, connected_us, revision) "
                "VALUES ($1, $2, $3, $4, 0) ON CONFLICT (env_id, entity_id) DO UPDATE SET host_id = $3, "
                "connected_us = $4",
                {scope.environment_id, entity_id, host_id, now_us});
}

}  // namespace platos::store
