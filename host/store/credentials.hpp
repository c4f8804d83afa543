// What clients show to get in: access keys, personal access tokens, entities and their secrets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class Credentials {
 public:
  explicit Credentials(Session& session) : session_(session) {}

  /// Replaces the environment's key, if it has one, whose origins stay.
  void set_access_key(const model::Scope& scope, const model::AccessKey& key);
  std::optional<model::AccessKey> access_key(const model::Scope& scope);
  bool set_origins(const model::Scope& scope, const std::vector<std::string>& origins);
  bool remove_access_key(const model::Scope& scope);
  std::optional<model::AccessKey> find_access_key(const model::SystemScope&, const std::string& hash);

  void insert(const model::SystemScope&, const model::PersonalToken& token);
  std::optional<model::PersonalToken> find_token(const model::SystemScope&, const std::string& hash);
  std::vector<model::PersonalToken> tokens(const model::SystemScope&, const std::string& organization_id);
  /// False when there is none, or it was revoked before.
  bool revoke_token(const model::SystemScope&, const std::string& organization_id, const std::string& id,
                    std::int64_t now_us);
  /// When the token or access key of this hash was used last.
  void note_use(const model::SystemScope&, const std::string& hash, std::int64_t now_us);

  /// Throws SqlError(Constraint) when the project has an entity of that id.
  void insert(const model::SystemScope&, const model::Entity& entity);
  /// Of a row that was locked before it was read: all of it is written.
  void update(const model::SystemScope&, const model::Entity& entity);
  /// Whoever else locks it waits for the end of this transaction, and reads what that has left.
  void lock_entity(const model::SystemScope&, const std::string& organization_id, const std::string& project_id,
                   const std::string& entity_id);
  /// Of all entities; one may come several times.
  std::vector<std::string> entity_origins(const model::SystemScope&);
  std::vector<model::Entity> entities(const model::SystemScope&, const std::string& organization_id,
                                      const std::string& project_id);
  std::optional<model::Entity> find_entity(const model::SystemScope&, const std::string& organization_id,
                                           const std::string& project_id, const std::string& entity_id);
  /// A user's data that its tools are tried with, as JSON; empty: none.
  std::string test_credentials(const model::SystemScope&, const model::Entity& entity);
  void set_test_credentials(const model::SystemScope&, const model::Entity& entity, const std::string& json);
  /// Whose secret, or former secret, has this hash: one, or none.
  std::vector<model::Entity> entities_by_secret(const model::SystemScope&, const std::string& hash);
  /// With its tools in all environments.
  bool remove_entity(const model::SystemScope&, const std::string& id);

 private:
  Session& session_;
};

}  // namespace platos::store
