// Organizations, projects, environments, members, end users and variables, as their administrators see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "secrets/key_ring.hpp"
#include "store/database.hpp"
#include "tenancy/authenticator.hpp"

namespace platos::tenancy {

/// What the making of an organization, project or environment gives. An empty slug is made from the name.
struct NewPlace {
  std::string name;
  std::string slug;
  std::string type = "DEVELOPMENT";  ///< of an environment
};
struct PlacePatch {
  std::optional<std::string> name;
  std::optional<std::string> slug;
};
struct NewMember {
  std::string name;
  std::string email;
  std::string role = "member";
};

struct AuditPage {
  std::vector<model::AuditEntry> entries;
  std::int64_t total = 0;
};

/// Thread-safe. Every change writes an audit row in its transaction. What belongs to another organization is NotFound
/// for everybody but the operator. Errors: NotFound, InvalidArgument "invalid_field", Conflict "conflict" for a slug or
/// e-mail that is taken and for what is not empty, PermissionDenied "role_too_high".
class Administration {
 public:
  Administration(store::Database& database, base::IdMaker& ids, secrets::KeyRing& keys, Authenticator& authenticator)
      : database_(database), ids_(ids), keys_(keys), authenticator_(authenticator) {}

  Task<Result<model::Organization>> create_organization(base::Loop& loop, model::Principal who, NewPlace wanted);
  Task<Result<model::Project>> create_project(base::Loop& loop, model::Principal who, std::string organization,
                                              NewPlace wanted);
  Task<Result<model::Environment>> create_environment(base::Loop& loop, model::Principal who, std::string project,
                                                      NewPlace wanted);

  Task<Result<std::vector<model::Organization>>> organizations(base::Loop& loop, model::Principal who);
  Task<Result<model::Organization>> organization(base::Loop& loop, model::Principal who, std::string id);
  Task<Result<std::vector<model::Project>>> projects(base::Loop& loop, model::Principal who, std::string organization);
  Task<Result<model::Project>> project(base::Loop& loop, model::Principal who, std::string id);
  Task<Result<std::vector<model::Environment>>> environments(base::Loop& loop, model::Principal who,
                                                             std::string project);
  Task<Result<model::Environment>> environment(base::Loop& loop, model::Principal who, std::string id);

  Task<Result<model::Organization>> update_organization(base::Loop& loop, model::Principal who, std::string id,
                                                        PlacePatch patch);
  Task<Result<model::Project>> update_project(base::Loop& loop, model::Principal who, std::string id, PlacePatch patch);
  Task<Result<model::Environment>> update_environment(base::Loop& loop, model::Principal who, std::string id,
                                                      PlacePatch patch);
  Task<Result<void>> remove_organization(base::Loop& loop, model::Principal who, std::string id);
  Task<Result<void>> remove_project(base::Loop& loop, model::Principal who, std::string id);
  /// With all that it has but its audit, in several transactions. Conflict "not_empty" while it has agents,
  /// "runs_under_way" while runs have not ended.
  Task<Result<void>> remove_environment(base::Loop& loop, model::Principal who, std::string id);

  Task<Result<std::vector<model::Membership>>> members(base::Loop& loop, model::Principal who,
                                                       std::string organization);
  /// A user who is known by the e-mail already becomes a member, too.
  Task<Result<model::Membership>> add_member(base::Loop& loop, model::Principal who, std::string organization,
                                             NewMember wanted);
  Task<Result<model::Membership>> set_role(base::Loop& loop, model::Principal who, std::string organization,
                                           std::string user, std::string role);
  Task<Result<void>> remove_member(base::Loop& loop, model::Principal who, std::string organization, std::string user);

  Task<Result<AuditPage>> audit(base::Loop& loop, model::Principal who, std::string organization, std::int64_t limit,
                                std::int64_t offset);

 private:
  store::Database& database_;
  base::IdMaker& ids_;
  secrets::KeyRing& keys_;
  Authenticator& authenticator_;
};

}  // namespace platos::tenancy
