// The rows without which a store knows no tenant.
#pragma once

#include "store/session.hpp"
#include "support/system_scope.hpp"

namespace platos::tests {

/// Organization, project and environment of the scope.
inline void insert_tenant(store::Session& session, const model::Scope& scope) {
  const auto system = model::SystemScopeForTest::make();
  const std::string& slug = scope.environment_id;
  session.execute(system, "INSERT INTO organizations VALUES ($1, $2, 'n', 1)", {scope.organization_id, slug});
  session.execute(system, "INSERT INTO projects VALUES ($1, $2, $3, 'n', 1)",
                  {scope.project_id, scope.organization_id, slug});
  session.execute(system, "INSERT INTO environments VALUES ($1, $2, $3, $4, 'PRODUCTION', 'n', 1)",
                  {scope.environment_id, scope.organization_id, scope.project_id, slug});
}

}  // namespace platos::tests
