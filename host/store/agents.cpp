#include "store/agents.hpp"

#include <nlohmann/json.hpp>

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kNote = "agent_versions.note";
constexpr std::string_view kSnapshot = "agent_versions.snapshot";

constexpr std::string_view kFind =
    "SELECT a.id, a.slug, a.name, a.is_active, a.version_id, v.number, v.snapshot, a.created_us, a.updated_us "
    "FROM agents a JOIN agent_versions v ON v.env_id = a.env_id AND v.id = a.version_id "
    "WHERE a.env_id = $1 AND (a.id = $2 OR a.slug = $2) AND a.deleted_us IS NULL";
constexpr std::string_view kList =
    "SELECT a.id, a.slug, a.name, a.is_active, a.version_id, v.number, v.snapshot, a.created_us, a.updated_us, "
    "(SELECT COUNT(*) FROM threads t WHERE t.env_id = a.env_id AND t.agent_id = a.id) "
    "FROM agents a JOIN agent_versions v ON v.env_id = a.env_id AND v.id = a.version_id "
    "WHERE a.env_id = $1 AND a.deleted_us IS NULL ORDER BY a.created_us DESC, a.id DESC LIMIT $2 OFFSET $3";

model::AgentConfig read_config(const Row& row, int column, const Scope& scope, const std::string& version_id) {
  const auto snapshot =
      model::parse_bounded(row.unsealed(column, place(scope, kSnapshot, version_id)), "an agent's snapshot");
  if (!snapshot || !snapshot->is_object())
    throw SqlError(SqlError::Kind::Corrupt, "an agent's stored snapshot is not JSON");
  return model::agent_config_from_json(*snapshot);
}

model::Agent read_agent(const Row& row, const Scope& scope) {
  model::Agent agent;
  agent.id = row.text(0);
  agent.slug = row.text(1);
  agent.name = row.text(2);
  agent.active = row.integer(3) != 0;
  agent.version_id = row.text(4);
  agent.version_number = row.integer(5);
  agent.config = read_config(row, 6, scope, agent.version_id);
  agent.config.agent_id = agent.id;
  agent.created_us = row.integer(7);
  agent.updated_us = row.integer(8);
  return agent;
}

model::AgentVersion read_version(const Row& row, const Scope& scope) {
  model::AgentVersion version;
  version.id = row.text(0);
  version.agent_id = row.text(1);
  version.number = row.integer(2);
  version.created_by = row.text(3);
  version.note = row.unsealed(4, place(scope, kNote, version.id));
  version.config = read_config(row, 5, scope, version.id);
  version.config.agent_id = version.agent_id;
  version.created_us = row.integer(6);
  return version;
}

}  // namespace

void Agents::insert(const Scope& scope, const model::Agent& agent, const model::AgentVersion& version) {
  session_.send(scope,
                "INSERT INTO agents (id, env_id, slug, name, is_active, version_id, created_us, updated_us) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                {agent.id, scope.environment_id, agent.slug, agent.name, std::int64_t{agent.active}, version.id,
                 agent.created_us, agent.updated_us});
  insert_version(scope, version);
}

void Agents::insert_version(const Scope& scope, const model::AgentVersion& version) {
  const std::string snapshot = model::dump(model::to_json(version.config));
  session_.send(scope,
                "INSERT INTO agent_versions (id, env_id, agent_id, number, created_by, note, snapshot, created_us) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                {version.id, scope.environment_id, version.agent_id, version.number, version.created_by,
                 Sealed{version.note, place(scope, kNote, version.id)},
                 Sealed{snapshot, place(scope, kSnapshot, version.id)}, version.created_us});
}

std::optional<model::Agent> Agents::find(const Scope& scope, const std::string& id_or_slug) {
  std::optional<model::Agent> agent;
  session_.query(scope, kFind, {scope.environment_id, id_or_slug}, [&](const Row& row) {
    agent = read_agent(row, scope);
    return false;
  });
  return agent;
}

std::optional<model::AgentHead> Agents::find_head(const Scope& scope, const std::string& id_or_slug) {
  std::optional<model::AgentHead> head;
  session_.query(scope,
                 "SELECT id, slug, is_active, version_id FROM agents "
                 "WHERE env_id = $1 AND (id = $2 OR slug = $2) AND deleted_us IS NULL",
                 {scope.environment_id, id_or_slug}, [&](const Row& row) {
                   head = model::AgentHead{row.text(0), row.text(1), row.integer(2) != 0, row.text(3)};
                   return false;
                 });
  return head;
}

bool Agents::is_current(const Scope& scope, const model::AgentHead& head) {
  return session_.affirm(
      scope,
      "SELECT 1 FROM agents WHERE env_id = $1 AND id = $2 AND version_id = $3 AND is_active = 1 AND deleted_us IS NULL",
      {scope.environment_id, head.id, head.version_id}, 1);
}

std::int64_t Agents::count_threads(const Scope& scope, const std::string& agent_id) {
  std::int64_t total = 0;
  session_.query(scope, "SELECT COUNT(*) FROM threads WHERE env_id = $1 AND agent_id = $2",
                 {scope.environment_id, agent_id}, [&](const Row& row) {
                   total = row.integer(0);
                   return false;
                 });
  return total;
}

bool Agents::ever_had_one(const Scope& scope) {
  bool found = false;
  session_.query(scope, "SELECT 1 FROM agents WHERE env_id = $1 LIMIT 1", {scope.environment_id}, [&](const Row&) {
    found = true;
    return false;
  });
  return found;
}

bool Agents::slug_taken(const Scope& scope, const std::string& slug) {
  bool taken = false;
  session_.query(scope, "SELECT 1 FROM agents WHERE env_id = $1 AND slug = $2 AND deleted_us IS NULL",
                 {scope.environment_id, slug}, [&](const Row&) {
                   taken = true;
                   return false;
                 });
  return taken;
}

std::vector<model::Agent> Agents::list(const Scope& scope, std::int64_t limit, std::int64_t offset) {
  std::vector<model::Agent> agents;
  session_.query(scope, kList, {scope.environment_id, limit, offset}, [&](const Row& row) {
    agents.push_back(read_agent(row, scope));
    agents.back().thread_count = row.integer(9);
    return true;
  });
  return agents;
}

std::int64_t Agents::count(const Scope& scope) {
  std::int64_t total = 0;
  session_.query(scope, "SELECT COUNT(*) FROM agents WHERE env_id = $1 AND deleted_us IS NULL", {scope.environment_id},
                 [&](const Row& row) {
                   total = row.integer(0);
                   return false;
                 });
  return total;
}

void Agents::update(const Scope& scope, const model::Agent& agent) {
  session_.send(
      scope,
      "UPDATE agents SET name = $1, is_active = $2, version_id = $3, updated_us = $4 WHERE env_id = $5 AND id = $6",
      {agent.name, std::int64_t{agent.active}, agent.version_id, agent.updated_us, scope.environment_id, agent.id});
}

std::int64_t Agents::add_version(const Scope& scope, const model::AgentVersion& version) {
  model::AgentVersion numbered = version;
  session_.query(scope, "SELECT COALESCE(MAX(number), 0) + 1 FROM agent_versions WHERE env_id = $1 AND agent_id = $2",
                 {scope.environment_id, version.agent_id}, [&](const Row& row) {
                   numbered.number = row.integer(0);
                   return false;
                 });
  insert_version(scope, numbered);
  return numbered.number;
}

bool Agents::soft_delete(const Scope& scope, const std::string& id, std::int64_t now_us) {
  return session_.execute(scope,
                          "UPDATE agents SET deleted_us = $1, is_active = 0, updated_us = $1 "
                          "WHERE env_id = $2 AND id = $3 AND deleted_us IS NULL",
                          {now_us, scope.environment_id, id}) > 0;
}

std::vector<model::AgentVersion> Agents::versions(const Scope& scope, const std::string& agent_id,
                                                  std::int64_t before_number, std::int64_t limit) {
  std::vector<model::AgentVersion> versions;
  const std::int64_t before = before_number > 0 ? before_number : INT64_MAX;
  session_.query(scope,
                 "SELECT id, agent_id, number, created_by, note, snapshot, created_us FROM agent_versions "
                 "WHERE env_id = $1 AND agent_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4",
                 {scope.environment_id, agent_id, before, limit}, [&](const Row& row) {
                   versions.push_back(read_version(row, scope));
                   return true;
                 });
  return versions;
}

std::optional<model::AgentVersion> Agents::find_version(const Scope& scope, const std::string& version_id) {
  std::optional<model::AgentVersion> version;
  session_.query(scope,
                 "SELECT id, agent_id, number, created_by, note, snapshot, created_us FROM agent_versions "
                 "WHERE env_id = $1 AND id = $2",
                 {scope.environment_id, version_id}, [&](const Row& row) {
                   version = read_version(row, scope);
                   return false;
                 });
  return version;
}

}  // namespace platos::store
