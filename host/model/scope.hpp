// Whose data: every tenant query takes a Scope, and does not compile without one.
#pragma once

#include <string>

namespace platos::engine {
class Engine;
}
namespace platos::store {
class Connection;
}
namespace platos::tenancy {
class Bootstrap;
}

namespace platos::model {

/// One environment of one project of one organization. Immutable value.
struct Scope {
  std::string organization_id;
  std::string project_id;
  std::string environment_id;

  bool operator==(const Scope&) const = default;
};

/// Permission to work across tenants. Only the engine (claim, take-over, sweep), tenancy (credentials, bootstrap) and
/// the store's own upkeep can make one.
class SystemScope {
 private:
  friend class engine::Engine;
  friend class tenancy::Bootstrap;
  friend class store::Connection;
  friend struct SystemScopeForTest;
  SystemScope() = default;
};

/// Who acts, and where. Made by tenancy from credentials.
struct Principal {
  Scope scope;
  std::string user_id;
};

}  // namespace platos::model
