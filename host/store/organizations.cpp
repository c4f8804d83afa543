#include "store/organizations.hpp"

#include <array>
#include <string_view>

#include "store/rows.hpp"

namespace platos::store {
namespace {

// What an environment has though it has no agents. Those that refer to others stand first.
constexpr std::array<std::string_view, 14> kOfEnvironment = {
    "access_keys",       "environment_variables", "end_users",      "entity_tools",   "entity_links",
    "skill_usage",       "skill_files",           "skill_versions", "skill_packages", "provider_keys",
    "provider_settings", "tool_settings",         "tool_rules",     "tool_audit"};

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

bool Organizations::remove_environment(const model::SystemScope& system, const std::string& id) {
  for (const std::string_view table : kOfEnvironment)
    session_.send(system, "DELETE FROM " + std::string(table) + " WHERE env_id = $1", {id});
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
