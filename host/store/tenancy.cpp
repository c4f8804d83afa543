#include "store/tenancy.hpp"

namespace platos::store {

void Tenancy::ensure_default(const model::SystemScope& system, const model::Principal& owner, std::int64_t now_us) {
  const auto& scope = owner.scope;
  session_.send(system,
                "INSERT INTO organizations (id, slug, name, created_us) VALUES ($1, 'default', 'Default', $2) "
                "ON CONFLICT DO NOTHING",
                {scope.organization_id, now_us});
  session_.send(system,
                "INSERT INTO projects (id, org_id, slug, name, created_us) VALUES ($1, $2, 'default', 'Default', $3) "
                "ON CONFLICT DO NOTHING",
                {scope.project_id, scope.organization_id, now_us});
  session_.send(system,
                "INSERT INTO environments (id, org_id, project_id, slug, type, name, created_us) "
                "VALUES ($1, $2, $3, 'default', 'PRODUCTION', 'Default', $4) ON CONFLICT DO NOTHING",
                {scope.environment_id, scope.organization_id, scope.project_id, now_us});
  session_.send(system,
                "INSERT INTO users (id, org_id, role, name, created_us) VALUES ($1, $2, 'owner', 'Administrator', $3) "
                "ON CONFLICT DO NOTHING",
                {owner.user_id, scope.organization_id, now_us});
}

std::optional<model::Scope> Tenancy::find_scope(const model::SystemScope& system, const std::string& environment_id) {
  std::optional<model::Scope> scope;
  session_.query(system, "SELECT org_id, project_id, id FROM environments WHERE id = $1", {environment_id},
                 [&](const Row& row) {
                   scope = model::Scope{row.text(0), row.text(1), row.text(2)};
                   return false;
                 });
  return scope;
}

}  // namespace platos::store
