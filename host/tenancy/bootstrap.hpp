// What must exist before the first request: the default scope, its administrator, the admin key.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "secrets/key_ring.hpp"
#include "store/database.hpp"

namespace platos::tenancy {

class Bootstrap {
 public:
  /// org_default / prj_default / env_default, user usr_admin, all rights.
  static const model::Principal& administrator();

  /// Makes the rows where they are missing, and a data key for the organization.
  static Task<Result<void>> ensure_scope(store::Database& database, base::Loop& loop, const secrets::KeyRing* keys);

  /// Reads the key file, or makes a random key and writes it with mode 0600. FailedPrecondition "admin_key_unusable"
  /// when it cannot be read, is empty, or others may read it.
  static Result<std::string> ensure_admin_key(const std::string& path);
};

}  // namespace platos::tenancy
