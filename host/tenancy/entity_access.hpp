// Customers' backends that connect by themselves: their secret says which entity they are.
#pragma once

#include <string>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/credentials.hpp"
#include "store/database.hpp"
#include "tenancy/authenticator.hpp"

namespace platos::tenancy {

/// What a backend says about itself when it connects. A value.
struct EntityKnock {
  std::string secret;       ///< as bearer
  std::string entity;       ///< its own id, or that of its row; empty: the secret says it
  std::string environment;  ///< id, slug, or a type: dev, staging, preview, prod ...; empty: see enter()
  std::string address;
};

/// Who it is. The entity holds the secret that was shown, and no other.
struct EntityGuest {
  model::Entity entity;
  model::Scope scope;
  std::int64_t good_until_us = 0;  ///< of a former secret; 0: of the present one
};

/// Internally synchronised.
class EntityAccess {
 public:
  EntityAccess(store::Database& database, Authenticator& authenticator)
      : database_(database), authenticator_(authenticator) {}

  /// Who names no environment is in DEVELOPMENT, or in the only one of a project that has no such. Of several of a type
  /// the oldest is meant, so that no new environment keeps a backend out.
  /// Unauthenticated "invalid_entity_secret", one answer for whatever is wrong with secret and entity; NotFound
  /// "environment_not_found"; ResourceExhausted "too_many_failures".
  Task<Result<EntityGuest>> enter(base::Loop& loop, EntityKnock knock);

  /// By its own id or that of its row. NotFound "entity_not_found".
  Task<Result<model::Entity>> entity(base::Loop& loop, model::Scope scope, std::string id);

 private:
  store::Database& database_;
  Authenticator& authenticator_;
};

/// The type of environment that a word names: "stage" is STAGING; empty when it names none.
std::string environment_type_of(std::string_view word);

}  // namespace platos::tenancy
