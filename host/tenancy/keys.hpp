// Making, listing and revoking what clients show to get in.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/ids.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/json.hpp"
#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/database.hpp"
#include "tenancy/authenticator.hpp"
#include "tenancy/test_credentials.hpp"

namespace platos::tenancy {

/// A thing and its secret, which is shown this once.
template <typename T>
struct Revealed {
  T thing;
  std::string secret;
};

struct NewToken {
  std::string name;
  std::string user_id;          ///< empty: the principal's own
  std::string role = "member";  ///< at most
  std::int64_t ttl_s = 0;       ///< 0: for ever
};

struct EntityPatch {
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> origins;
  std::optional<std::vector<std::string>> linked_agents;  ///< ids; empty: all agents
  std::optional<TestCredentials> test_credentials;        ///< empty: none
};

/// Whether an entity may be called so.
struct EntityNameCheck {
  bool valid = false;
  bool available = false;
  std::vector<std::string> suggestions;  ///< up to three that are, when it is not
};

struct MintRequest {
  std::string entity_id;
  std::string secret;   ///< the entity's, as bearer; a former one within its grace. It signs the token
  std::string address;  ///< that asks
  std::string request_id;
  model::Scope scope;
  std::string user_id;
  std::string user_token;
  std::string agent_id;
  std::int64_t ttl_s = 3600;  ///< clamped to 60 ... 604,800
  model::Json claims = model::Json::object();
};

struct MintedToken {
  std::string token;
  std::int64_t expires_s = 0;
};

/// Thread-safe. Every change writes an audit row in its transaction, and makes the authenticator forget what it knew.
/// Errors of all: NotFound for what is not the principal's; InvalidArgument "invalid_field"; Conflict.
class Keys {
 public:
  Keys(store::Database& database, base::IdMaker& ids, Authenticator& authenticator)
      : database_(database), ids_(ids), authenticator_(authenticator) {}

  Task<Result<Revealed<model::PersonalToken>>> create_token(base::Loop& loop, model::Principal who, NewToken wanted);
  Task<Result<std::vector<model::PersonalToken>>> tokens(base::Loop& loop, model::Principal who);
  Task<Result<void>> revoke_token(base::Loop& loop, model::Principal who, std::string id);

  Task<Result<Revealed<model::AccessKey>>> generate_access_key(base::Loop& loop, model::Principal who);
  Task<Result<model::AccessKey>> access_key(base::Loop& loop, model::Principal who);
  Task<Result<void>> set_origins(base::Loop& loop, model::Principal who, std::vector<std::string> origins);
  Task<Result<void>> remove_access_key(base::Loop& loop, model::Principal who);

  Task<Result<Revealed<model::Entity>>> create_entity(base::Loop& loop, model::Principal who, std::string entity_id,
                                                      EntityPatch given);
  /// An id that is no slug is not an error here.
  Task<Result<EntityNameCheck>> check_entity_name(base::Loop& loop, model::Principal who, std::string entity_id);
  Task<Result<std::vector<model::Entity>>> entities(base::Loop& loop, model::Principal who);
  Task<Result<model::Entity>> entity(base::Loop& loop, model::Principal who, std::string id);
  Task<Result<model::Entity>> update_entity(base::Loop& loop, model::Principal who, std::string id, EntityPatch patch);
  /// For whoever calls the entity's tools: the secrets are in it. Empty: there are none.
  Task<Result<TestCredentials>> test_credentials(base::Loop& loop, model::Principal who, std::string id);
  /// The former secret stays good for `grace_s`.
  Task<Result<Revealed<model::Entity>>> rotate_entity(base::Loop& loop, model::Principal who, std::string id,
                                                      std::int64_t grace_s);
  Task<Result<void>> remove_entity(base::Loop& loop, model::Principal who, std::string id);

  /// Unauthenticated "invalid_entity_secret"; NotFound "entity_not_found"; ResourceExhausted "too_many_failures".
  Task<Result<MintedToken>> mint(base::Loop& loop, MintRequest request);

 private:
  Result<model::Entity> find(store::Session& session, const model::Principal& who, const std::string& id) const;
  Result<model::Entity> find_locked(store::Session& session, const model::Principal& who, const std::string& id) const;

  store::Database& database_;
  base::IdMaker& ids_;
  Authenticator& authenticator_;
};

}  // namespace platos::tenancy
