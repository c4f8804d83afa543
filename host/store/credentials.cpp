#include "store/credentials.hpp"

#include "base/text.hpp"
#include "store/rows.hpp"

// One list of columns, so that read_entity fits every query below.
#define PLATOS_ENTITY_COLUMNS                                                                              \
  "id, org_id, project_id, entity_id, name, origins, secret, former_secret, former_until_us, created_us, " \
  "updated_us, linked_agents, CASE WHEN test_credentials IS NULL THEN 0 ELSE 1 END FROM entities "
#define PLATOS_TOKEN_COLUMNS                                                                               \
  "id, org_id, user_id, name, prefix, token_hash, role, created_us, expires_us, last_used_us, revoked_us " \
  "FROM personal_access_tokens "
#define PLATOS_KEY_COLUMNS "env_id, key_hash, prefix, origins, created_us, last_used_us FROM access_keys "

namespace platos::store {
namespace {

using model::Scope;
using model::SystemScope;

constexpr std::string_view kSecret = "entities.secret";
constexpr std::string_view kFormerSecret = "entities.former_secret";
constexpr std::string_view kTestCredentials = "entities.test_credentials";

// Origins hold no spaces.
std::string joined(const std::vector<std::string>& origins) {
  std::string text;
  for (const auto& origin : origins) text += (text.empty() ? "" : " ") + origin;
  return text;
}

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  for (const auto part : base::split(text, ' ')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

model::AccessKey read_key(const Row& row) {
  return {row.text(0), row.text(1), row.text(2), parts_of(row.text(3)), row.integer(4), row.integer(5)};
}

model::PersonalToken read_token(const Row& row) {
  return {row.text(0), row.text(1),    row.text(2),    row.text(3),    row.text(4),    row.text(5),
          row.text(6), row.integer(7), row.integer(8), row.integer(9), row.integer(10)};
}

model::Entity read_entity(const Row& row) {
  model::Entity entity;
  entity.id = row.text(0);
  entity.organization_id = row.text(1);
  entity.project_id = row.text(2);
  entity.entity_id = row.text(3);
  entity.name = row.text(4);
  entity.origins = parts_of(row.text(5));
  entity.secret = row.unsealed(6, {kSecret, entity.organization_id, entity.id});
  entity.former_secret = row.unsealed(7, {kFormerSecret, entity.organization_id, entity.id});
  entity.former_until_us = row.integer(8);
  entity.created_us = row.integer(9);
  entity.updated_us = row.integer(10);
  entity.linked_agents = parts_of(row.text(11));
  entity.has_test_credentials = row.integer(12) != 0;
  return entity;
}

Param time_or_null(std::int64_t at_us) { return at_us == 0 ? Param(nullptr) : Param(at_us); }

/// The parameters that an entity is written with.
struct SealedSecrets {
  explicit SealedSecrets(const model::Entity& entity)
      : hash(base::sha256_hex(entity.secret)),
        former_hash(base::sha256_hex(entity.former_secret)),
        secret(Sealed{entity.secret, {kSecret, entity.organization_id, entity.id}, entity.organization_id}),
        former(entity.former_secret.empty() ? Param(nullptr)
                                            : Param(Sealed{entity.former_secret,
                                                           {kFormerSecret, entity.organization_id, entity.id},
                                                           entity.organization_id})) {}
  std::string hash;
  std::string former_hash;
  Param secret;
  Param former;
};

}  // namespace

void Credentials::set_access_key(const Scope& scope, const model::AccessKey& key) {
  const std::string origins = joined(key.origins);
  session_.send(scope,
                "INSERT INTO access_keys (env_id, key_hash, prefix, origins, created_us) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (env_id) DO UPDATE SET key_hash = $2, prefix = $3, created_us = $5, last_used_us = NULL",
                {scope.environment_id, key.hash, key.prefix, origins, key.created_us});
}

std::optional<model::AccessKey> Credentials::access_key(const Scope& scope) {
  return first_row<model::AccessKey>(session_, scope, "SELECT " PLATOS_KEY_COLUMNS "WHERE env_id = $1",
                                     {scope.environment_id}, read_key);
}

bool Credentials::set_origins(const Scope& scope, const std::vector<std::string>& origins) {
  const std::string text = joined(origins);
  return session_.execute(scope, "UPDATE access_keys SET origins = $1 WHERE env_id = $2",
                          {text, scope.environment_id}) == 1;
}

bool Credentials::remove_access_key(const Scope& scope) {
  return session_.execute(scope, "DELETE FROM access_keys WHERE env_id = $1", {scope.environment_id}) == 1;
}

std::optional<model::AccessKey> Credentials::find_access_key(const SystemScope& system, const std::string& hash) {
  return first_row<model::AccessKey>(session_, system, "SELECT " PLATOS_KEY_COLUMNS "WHERE key_hash = $1", {hash},
                                     read_key);
}

void Credentials::insert(const SystemScope& system, const model::PersonalToken& token) {
  session_.send(system,
                "INSERT INTO personal_access_tokens (id, org_id, user_id, name, prefix, token_hash, role, created_us, "
                "expires_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                {token.id, token.organization_id, token.user_id, token.name, token.prefix, token.hash, token.role,
                 token.created_us, time_or_null(token.expires_us)});
}

std::optional<model::PersonalToken> Credentials::find_token(const SystemScope& system, const std::string& hash) {
  return first_row<model::PersonalToken>(session_, system, "SELECT " PLATOS_TOKEN_COLUMNS "WHERE token_hash = $1",
                                         {hash}, read_token);
}

std::vector<model::PersonalToken> Credentials::tokens(const SystemScope& system, const std::string& organization_id) {
  return all_rows<model::PersonalToken>(session_, system,
                                        "SELECT " PLATOS_TOKEN_COLUMNS "WHERE org_id = $1 ORDER BY created_us DESC, id",
                                        {organization_id}, read_token);
}

bool Credentials::revoke_token(const SystemScope& system, const std::string& organization_id, const std::string& id,
                               std::int64_t now_us) {
  return session_.execute(system,
                          "UPDATE personal_access_tokens SET revoked_us = $1 WHERE org_id = $2 AND id = $3 "
                          "AND revoked_us IS NULL",
                          {now_us, organization_id, id}) == 1;
}

void Credentials::note_use(const SystemScope& system, const std::string& hash, std::int64_t now_us) {
  session_.send(system, "UPDATE personal_access_tokens SET last_used_us = $1 WHERE token_hash = $2", {now_us, hash});
  session_.send(system, "UPDATE access_keys SET last_used_us = $1 WHERE key_hash = $2", {now_us, hash});
}

void Credentials::insert(const SystemScope& system, const model::Entity& entity) {
  const SealedSecrets sealed(entity);
  const std::string origins = joined(entity.origins);
  const std::string linked = joined(entity.linked_agents);
  session_.send(system,
                "INSERT INTO entities (id, org_id, project_id, entity_id, name, origins, secret, secret_hash, "
                "created_us, updated_us, linked_agents) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                {entity.id, entity.organization_id, entity.project_id, entity.entity_id, entity.name, origins,
                 sealed.secret, sealed.hash, entity.created_us, entity.updated_us, linked});
}

void Credentials::update(const SystemScope& system, const model::Entity& entity) {
  const SealedSecrets sealed(entity);
  const std::string origins = joined(entity.origins);
  const std::string linked = joined(entity.linked_agents);
  session_.send(system,
                "UPDATE entities SET name = $1, origins = $2, secret = $3, secret_hash = $4, former_secret = $5, "
                "former_hash = $6, former_until_us = $7, updated_us = $8, linked_agents = $9 "
                "WHERE id = $10",
                {entity.name, origins, sealed.secret, sealed.hash, sealed.former, sealed.former_hash,
                 time_or_null(entity.former_until_us), entity.updated_us, linked, entity.id});
}

void Credentials::lock_entity(const SystemScope& system, const std::string& organization_id,
                              const std::string& project_id, const std::string& entity_id) {
  session_.execute(system,
                   "UPDATE entities SET updated_us = updated_us "
                   "WHERE org_id = $1 AND project_id = $2 AND (entity_id = $3 OR id = $3)",
                   {organization_id, project_id, entity_id});
}

std::vector<std::string> Credentials::entity_origins(const SystemScope& system) {
  std::vector<std::string> all;
  session_.query(system, "SELECT origins FROM entities WHERE origins <> ''", {}, [&](const Row& row) {
    for (auto& origin : parts_of(row.text(0))) all.push_back(std::move(origin));
    return true;
  });
  return all;
}

std::vector<model::Entity> Credentials::entities(const SystemScope& system, const std::string& organization_id,
                                                 const std::string& project_id) {
  return all_rows<model::Entity>(
      session_, system, "SELECT " PLATOS_ENTITY_COLUMNS "WHERE org_id = $1 AND project_id = $2 ORDER BY created_us, id",
      {organization_id, project_id}, read_entity);
}

std::optional<model::Entity> Credentials::find_entity(const SystemScope& system, const std::string& organization_id,
                                                      const std::string& project_id, const std::string& entity_id) {
  return first_row<model::Entity>(session_, system,
                                  "SELECT " PLATOS_ENTITY_COLUMNS
                                  "WHERE org_id = $1 AND project_id = $2 AND (entity_id = $3 OR id = $3)",
                                  {organization_id, project_id, entity_id}, read_entity);
}

std::string Credentials::test_credentials(const SystemScope& system, const model::Entity& entity) {
  return first_row<std::string>(session_, system, "SELECT test_credentials FROM entities WHERE id = $1", {entity.id},
                                [&](const Row& row) {
                                  return row.unsealed(0, {kTestCredentials, entity.organization_id, entity.id});
                                })
      .value_or("");
}

void Credentials::set_test_credentials(const SystemScope& system, const model::Entity& entity,
                                       const std::string& json) {
  const Param sealed =
      json.empty() ? Param(nullptr)
                   : Param(Sealed{json, {kTestCredentials, entity.organization_id, entity.id}, entity.organization_id});
  session_.send(system, "UPDATE entities SET test_credentials = $1 WHERE id = $2", {sealed, entity.id});
}

std::vector<model::Entity> Credentials::entities_by_secret(const SystemScope& system, const std::string& hash) {
  return all_rows<model::Entity>(session_, system,
                                 "SELECT " PLATOS_ENTITY_COLUMNS "WHERE secret_hash = $1 OR former_hash = $1", {hash},
                                 read_entity);
}

bool Credentials::remove_entity(const SystemScope& system, const std::string& id) {
  session_.send(system, "DELETE FROM entity_tools WHERE entity_id = $1", {id});
  session_.send(system, "DELETE FROM entity_links WHERE entity_id = $1", {id});
  return session_.execute(system, "DELETE FROM entities WHERE id = $1", {id}) == 1;
}

}  // namespace platos::store
