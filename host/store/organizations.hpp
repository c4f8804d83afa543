// Organizations, their projects and environments, and who belongs to them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError: Constraint for a slug, e-mail or member that is there
/// already, or an organization that still has projects.
class Organizations {
 public:
  explicit Organizations(Session& session) : session_(session) {}

  void insert(const model::SystemScope&, const model::Organization& organization);
  void insert(const model::SystemScope&, const model::Project& project);
  void insert(const model::SystemScope&, const model::Environment& environment);
  void insert(const model::SystemScope&, const model::User& user);
  /// Adds the member, or changes the role.
  void set_role(const model::SystemScope&, const model::Membership& membership);

  /// By id or slug; all of them when `id_or_slug` is empty.
  std::vector<model::Organization> organizations(const model::SystemScope&, const std::string& id_or_slug = {});
  std::vector<model::Project> projects(const model::SystemScope&, const std::string& organization_id,
                                       const std::string& id_or_slug = {});
  std::vector<model::Environment> environments(const model::SystemScope&, const std::string& project_id,
                                               const std::string& id_or_slug = {});
  std::optional<model::Project> find_project(const model::SystemScope&, const std::string& id);
  std::optional<model::Environment> find_environment(const model::SystemScope&, const std::string& id);
  std::vector<model::Membership> members(const model::SystemScope&, const std::string& organization_id);
  std::vector<model::Membership> memberships_of(const model::SystemScope&, const std::string& user_id);
  std::optional<model::User> find_user(const model::SystemScope&, const std::string& id_or_email);

  /// Whoever else locks it waits for the end of this transaction.
  void lock(const model::SystemScope&, const std::string& organization_id);
  bool rename_organization(const model::SystemScope&, const model::Organization& organization);
  bool rename_project(const model::SystemScope&, const model::Project& project);
  bool rename_environment(const model::SystemScope&, const model::Environment& environment);
  bool remove_organization(const model::SystemScope&, const std::string& id);
  bool remove_project(const model::SystemScope&, const std::string& id);
  /// Agents that are not deleted.
  bool has_agents(const model::SystemScope&, const std::string& environment_id);
  bool has_open_runs(const model::SystemScope&, const std::string& environment_id);
  /// At most `limit` rows of what an environment has; how many. Without agents and open runs only.
  std::int64_t remove_rows(const model::SystemScope&, const std::string& environment_id, std::int64_t limit);
  /// With all that it has. Constraint: it has agents.
  bool remove_environment(const model::SystemScope&, const std::string& id);
  bool remove_member(const model::SystemScope&, const std::string& organization_id, const std::string& user_id);

 private:
  Session& session_;
};

}  // namespace platos::store
