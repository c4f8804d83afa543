// What must exist before the first request: the default scope, its administrator, the admin key.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "store/database.hpp"

namespace platos::tenancy {

class Bootstrap {
 public:
  /// org_default / prj_default / env_default, user usr_admin.
  static model::Principal administrator();

  /// Makes the rows where they are missing.
  static Task<Result<void>> ensure_scope(store::Database& database, base::Loop& loop);

  /// Reads the key file, or makes a random key and writes it with mode 0600. FailedPrecondition "admin_key_unusable"
  /// when it cannot be read, is empty, or others may read it.
  static Result<std::string> ensure_admin_key(const std::string& path);
};

}  // namespace platos::tenancy
