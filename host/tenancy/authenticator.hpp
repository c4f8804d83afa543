// Who is asking: credentials of a request become a Principal.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/scope.hpp"

namespace platos::tenancy {

/// What a request says about itself. Views are borrowed for the call; empty means absent.
struct Credentials {
  std::string_view authorization;  ///< "Bearer <key>"
  std::string_view organization_id;
  std::string_view project_id;
  std::string_view environment_id;
  std::string_view user_id;
};

/// Knows one principal: the administrator of the default scope. Immutable.
class Authenticator {
 public:
  Authenticator(model::Principal administrator, std::string admin_key);

  /// Unauthenticated "unauthenticated" without the right key (compared in constant time); NotFound "scope_not_found"
  /// when a scope header names anything but the principal's own.
  Result<model::Principal> authenticate(const Credentials& credentials) const;

 private:
  model::Principal administrator_;
  std::string key_hash_;
};

}  // namespace platos::tenancy
