#include "store/organizations.hpp"

#include <array>
#include <string_view>

#include "store/rows.hpp"

namespace platos::store {
namespace {

struct OfEnvironment {
  std::string_view table;
  std::string_view key;
  std::string_view which = {};  ///< of its rows; empty: all
};

// Whatever has an env_id, but for the audit, which outlives what it tells of. What refers to others stands before them.
// An agent that is not deleted stays, and keeps its environment.
constexpr std::array<OfEnvironment, 34> kOfEnvironment = {{
    {"message_ratings", "env_id, message_id, user_id"},
    {"search_awaited", "env_id, message_id"},
    {"search_documents", "env_id, message_id"},
    {"search_users", "env_id, user_id"},
    {"thread_tags", "env_id, tag, thread_id"},
    {"messages", "env_id, id"},
    {"threads", "env_id, id"},
    {"approval_votes", "env_id, approval_id, voter"},
    {"approvals", "env_id, id"},
    {"run_stream", "env_id, run_id, first_seq"},
    {"run_journal", "env_id, run_id, n"},
    {"tool_calls", "env_id, run_id, call_id"},
    {"tool_results", "env_id, run_id, call_id"},
    {"tool_audit", "env_id, id"},
    {"timers", "env_id, id"},
    {"usage_records", "env_id, run_id, purpose, model"},
    {"safety_events", "env_id, id"},
    {"idempotency_keys", "env_id, user_id, route, idempotency_key"},
    {"runs", "env_id, id"},
    {"agent_versions", "env_id, id",
     " AND agent_id IN (SELECT id FROM agents WHERE env_id = $1 AND deleted_us IS NOT NULL)"},
    {"agents", "env_id, id", " AND deleted_us IS NOT NULL"},
    {"skill_usage", "env_id, id"},
    {"skill_files", "env_id, package_id, number, path"},
    {"skill_versions", "env_id, package_id, number"},
    {"skill_packages", "env_id, id"},
    {"entity_tools", "env_id, entity_id, name"},
    {"entity_links", "env_id, entity_id"},
    {"end_users", "env_id, id"},
    {"environment_variables", "env_id, name"},
    {"provider_keys", "env_id, id"},
    {"provider_settings", "env_id, provider"},
    {"tool_settings", "env_id, tool"},
    {"tool_rules", "env_id, number"},
    {"access_keys", "env_id"},
}};

std::string deletion_from(const OfEnvironment& part) {
  const std::string table(part.table);
  const std::string key(part.key);
  return "DELETE FROM " + table + " WHERE (" + key + ") IN (SELECT " + key + " FROM " + table + " WHERE env_id = $1" +
         std::string(part.which) + " LIMIT $2)";
}

model::Organization read_organization(const Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.integer(3)};
}

model::Project read_project(const Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4)};
}

model::Environment read_environment(const Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.integer(6)};
}

}  // namespace

void Organizations::insert(const model::SystemScope& system, const model::Organization& organization) {
  session_.send(system, "INSERT INTO organizations (id, slug, name, created_us) VALUES ($1, $2, $3, $4)",
                {organization.id, organization.slug, organization.name, organization.created_us});
}

void Organizations::insert(const model::SystemScope& system, const model::Project& project) {
  session_.send(system, "INSERT INTO projects (id, org_id, slug, name, created_us) VALUES ($1, $2, $3, $4, $5)",
                {project.id, project.organization_id, project.slug, project.name, project.created_us});
}

void Organizations::insert(const model::SystemScope& system, const model::Environment& environment) {
  session_.send(system,
                "INSERT INTO environments (id, org_id, project_id, slug, type, name, created_us) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                {environment.id, environment.organization_id, environment.project_id, environment.slug,
                 environment.type, environment.name, environment.created_us});
}

void Organizations::insert(const model::SystemScope& system, const model::User& user) {
  session_.send(system, "INSERT INTO users (id, name, email, created_us) VALUES ($1, $2, $3, $4)",
                {user.id, user.name, text_or_null(user.email), user.created_us});
}

void Organizations::set_role(const model::SystemScope& system, const model::Membership& membership) {
  session_.send(system,
                "INSERT INTO memberships (org_id, user_id, role, created_us) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (org_id, user_id) DO UPDATE SET role = $3",
                {membership.organization_id, membership.user_id, membership.role, membership.created_us});
}

std::vector<model::Organization> Organizations::organizations(const model::SystemScope& system,
                                                              const std::string& id_or_slug) {
  return all_rows<model::Organization>(session_, system,
                                       "SELECT id, slug, name, created_us FROM organizations "
                                       "WHERE $1 = '' OR id = $1 OR slug = $1 ORDER BY created_us, id",
                                       {id_or_slug}, read_organization);
}

std::vector<model::Project> Organizations::projects(const model::SystemScope& system,
                                                    const std::string& organization_id, const std::string& id_or_slug) {
  return all_rows<model::Project>(session_, system,
                                  "SELECT id, org_id, slug, name, created_us FROM projects "
                                  "WHERE org_id = $1 AND ($2 = '' OR id = $2 OR slug = $2) ORDER BY created_us, id",
                                  {organization_id, id_or_slug}, read_project);
}

std::vector<model::Environment> Organizations::environments(const model::SystemScope& system,
                                                            const std::string& project_id,
                                                            const std::string& id_or_slug) {
  return all_rows<model::Environment>(
      session_, system,
      "SELECT id, org_id, project_id, slug, type, name, created_us FROM environments "
      "WHERE project_id = $1 AND ($2 = '' OR id = $2 OR slug = $2) ORDER BY created_us, id",
      {project_id, id_or_slug}, read_environment);
}

std::optional<model::Project> Organizations::find_project(const model::SystemScope& system, const std::string& id) {
  return first_row<model::Project>(
      session_, system, "SELECT id, org_id, slug, name, created_us FROM projects WHERE id = $1", {id}, read_project);
}

std::optional<model::Environment> Organizations::find_environment(const model::SystemScope& system,
                                                                  const std::string& id) {
  return first_row<model::Environment>(
      session_, system, "SELECT id, org_id, project_id, slug, type, name, created_us FROM environments WHERE id = $1",
      {id}, read_environment);
}

std::vector<model::Membership> Organizations::members(const model::SystemScope& system,
                                                      const std::string& organization_id) {
  return all_rows<model::Membership>(
      session_, system,
      "SELECT m.org_id, m.user_id, m.role, m.created_us, u.name, u.email, u.created_us FROM memberships m "
      "JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 ORDER BY m.created_us, m.user_id",
      {organization_id}, [](const Row& row) {
        return model::Membership{row.text(0),
                                 row.text(1),
                                 row.text(2),
                                 row.integer(3),
                                 {row.text(1), row.text(4), row.text(5), row.integer(6)}};
      });
}

std::vector<model::Membership> Organizations::memberships_of(const model::SystemScope& system,
                                                             const std::string& user_id) {
  return all_rows<model::Membership>(
      session_, system, "SELECT org_id, user_id, role, created_us FROM memberships WHERE user_id = $1 ORDER BY org_id",
      {user_id}, [](const Row& row) {
        return model::Membership{row.text(0), row.text(1), row.text(2), row.integer(3)};
      });
}

std::optional<model::User> Organizations::find_user(const model::SystemScope& system, const std::string& id_or_email) {
  return first_row<model::User>(session_, system,
                                "SELECT id, name, email, created_us FROM users WHERE id = $1 OR email = $1",
                                {id_or_email}, [](const Row& row) {
                                  return model::User{row.text(0), row.text(1), row.text(2), row.integer(3)};
                                });
}

void Organizations::lock(const model::SystemScope& system, const std::string& organization_id) {
  session_.execute(system, "UPDATE organizations SET name = name WHERE id = $1", {organization_id});
}

bool Organizations::rename_organization(const model::SystemScope& system, const model::Organization& organization) {
  return session_.execute(system, "UPDATE organizations SET slug = $1, name = $2 WHERE id = $3",
                          {organization.slug, organization.name, organization.id}) == 1;
}

bool Organizations::rename_project(const model::SystemScope& system, const model::Project& project) {
  return session_.execute(system, "UPDATE projects SET slug = $1, name = $2 WHERE id = $3",
                          {project.slug, project.name, project.id}) == 1;
}

bool Organizations::rename_environment(const model::SystemScope& system, const model::Environment& environment) {
  return session_.execute(system, "UPDATE environments SET slug = $1, name = $2 WHERE id = $3",
                          {environment.slug, environment.name, environment.id}) == 1;
}

bool Organizations::remove_organization(const model::SystemScope& system, const std::string& id) {
  session_.send(system, "DELETE FROM personal_access_tokens WHERE org_id = $1", {id});
  session_.send(system, "DELETE FROM memberships WHERE org_id = $1", {id});
  // Sealed by the key that goes next.
  session_.send(system, "DELETE FROM audit_log WHERE org_id = $1", {id});
  session_.send(system, "DELETE FROM data_keys WHERE org_id = $1", {id});
  return session_.execute(system, "DELETE FROM organizations WHERE id = $1", {id}) == 1;
}

bool Organizations::remove_project(const model::SystemScope& system, const std::string& id) {
  session_.send(system, "DELETE FROM entities WHERE project_id = $1", {id});
  return session_.execute(system, "DELETE FROM projects WHERE id = $1", {id}) == 1;
}

bool Organizations::has_agents(const model::SystemScope& system, const std::string& environment_id) {
  return first_row<bool>(session_, system, "SELECT 1 FROM agents WHERE env_id = $1 AND deleted_us IS NULL LIMIT 1",
                         {environment_id}, [](const Row&) { return true; })
      .has_value();
}

bool Organizations::has_open_runs(const model::SystemScope& system, const std::string& environment_id) {
  return first_row<bool>(session_, system, "SELECT 1 FROM runs WHERE env_id = $1 AND finished_us IS NULL LIMIT 1",
                         {environment_id}, [](const Row&) { return true; })
      .has_value();
}

std::int64_t Organizations::remove_rows(const model::SystemScope& system, const std::string& environment_id,
                                        std::int64_t limit) {
  std::int64_t removed = 0;
  for (const auto& part : kOfEnvironment) {
    removed += session_.execute(system, deletion_from(part), {environment_id, limit - removed});
    if (removed >= limit) break;
  }
  return removed;
}

bool Organizations::remove_environment(const model::SystemScope& system, const std::string& id) {
  remove_rows(system, id, INT64_MAX);
  return session_.execute(system, "DELETE FROM environments WHERE id = $1", {id}) == 1;
}

bool Organizations::remove_member(const model::SystemScope& system, const std::string& organization_id,
                                  const std::string& user_id) {
  session_.send(system, "DELETE FROM personal_access_tokens WHERE org_id = $1 AND user_id = $2",
                {organization_id, user_id});
  return session_.execute(system, "DELETE FROM memberships WHERE org_id = $1 AND user_id = $2",
                          {organization_id, user_id}) == 1;
}

}  // namespace platos::store
