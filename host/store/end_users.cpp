#include "store/end_users.hpp"

#include "store/rows.hpp"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kProfile = "end_users.profile";
constexpr std::string_view kValue = "environment_variables.value";

model::EndUser read_user(const Row& row, const Scope& scope) {
  return {row.text(0), row.unsealed(1, place(scope, kProfile, row.text(0))), row.integer(2), row.integer(3)};
}

model::EnvironmentVariable read_variable(const Row& row, const Scope& scope) {
  return {row.text(0), row.unsealed(1, place(scope, kValue, row.text(0))), row.integer(2) != 0, row.integer(3)};
}

Param flag_or_null(std::optional<bool> flag) { return flag ? Param(std::int64_t{*flag}) : Param(nullptr); }

}  // namespace

void EndUsers::put(const Scope& scope, const model::EndUser& user) {
  session_.send(scope,
                "INSERT INTO end_users (env_id, id, profile, created_us, last_seen_us) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (env_id, id) DO UPDATE SET profile = $3, last_seen_us = $5",
                {scope.environment_id, user.id, Sealed{user.profile_json, place(scope, kProfile, user.id)},
                 user.created_us, user.last_seen_us});
}

std::optional<model::EndUser> EndUsers::find(const Scope& scope, const std::string& id) {
  std::optional<model::EndUser> user;
  session_.query(scope, "SELECT id, profile, created_us, last_seen_us FROM end_users WHERE env_id = $1 AND id = $2",
                 {scope.environment_id, id}, [&](const Row& row) {
                   user = read_user(row, scope);
                   return false;
                 });
  return user;
}

std::vector<model::EndUser> EndUsers::list(const Scope& scope, const std::string& after_id, std::int64_t limit) {
  std::vector<model::EndUser> users;
  session_.query(scope,
                 "SELECT id, profile, created_us, last_seen_us FROM end_users WHERE env_id = $1 AND id > $2 "
                 "ORDER BY id LIMIT $3",
                 {scope.environment_id, after_id, limit}, [&](const Row& row) {
                   users.push_back(read_user(row, scope));
                   return true;
                 });
  return users;
}

bool EndUsers::remove(const Scope& scope, const std::string& id) {
  return session_.execute(scope, "DELETE FROM end_users WHERE env_id = $1 AND id = $2", {scope.environment_id, id}) ==
         1;
}

bool EnvironmentVariables::put(const Scope& scope, const model::VariableChange& change, std::int64_t now_us) {
  // In the statement, not from a look before it: another host may have made it a secret meanwhile.
  session_.send(scope,
                "INSERT INTO environment_variables (env_id, name, value, is_secret, updated_us) "
                "VALUES ($1, $2, $3, COALESCE(CAST($4 AS BIGINT), 0), $5) ON CONFLICT (env_id, name) DO UPDATE "
                "SET value = $3, is_secret = COALESCE(CAST($4 AS BIGINT), environment_variables.is_secret), "
                "updated_us = $5",
                {scope.environment_id, change.name, Sealed{change.value, place(scope, kValue, change.name)},
                 flag_or_null(change.secret), now_us});
  return first_row<bool>(session_, scope, "SELECT is_secret FROM environment_variables WHERE env_id = $1 AND name = $2",
                         {scope.environment_id, change.name}, [](const Row& row) { return row.integer(0) != 0; })
      .value_or(false);
}

bool EnvironmentVariables::add(const Scope& scope, const model::VariableChange& change, std::int64_t now_us) {
  return session_.execute(scope,
                          "INSERT INTO environment_variables (env_id, name, value, is_secret, updated_us) "
                          "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (env_id, name) DO NOTHING",
                          {scope.environment_id, change.name, Sealed{change.value, place(scope, kValue, change.name)},
                           std::int64_t{change.secret.value_or(false)}, now_us}) == 1;
}

std::optional<model::EnvironmentVariable> EnvironmentVariables::find(const Scope& scope, const std::string& name) {
  std::optional<model::EnvironmentVariable> variable;
  session_.query(scope,
                 "SELECT name, value, is_secret, updated_us FROM environment_variables WHERE env_id = $1 AND name = $2",
                 {scope.environment_id, name}, [&](const Row& row) {
                   variable = read_variable(row, scope);
                   return false;
                 });
  return variable;
}

std::vector<model::EnvironmentVariable> EnvironmentVariables::list(const Scope& scope) {
  std::vector<model::EnvironmentVariable> variables;
  session_.query(scope,
                 "SELECT name, value, is_secret, updated_us FROM environment_variables WHERE env_id = $1 ORDER BY name",
                 {scope.environment_id}, [&](const Row& row) {
                   variables.push_back(read_variable(row, scope));
                   return true;
                 });
  return variables;
}

bool EnvironmentVariables::remove(const Scope& scope, const std::string& name) {
  return session_.execute(scope, "DELETE FROM environment_variables WHERE env_id = $1 AND name = $2",
                          {scope.environment_id, name}) == 1;
}

}  // namespace platos::store
