#include "store/end_users.hpp"

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

void EnvironmentVariables::put(const Scope& scope, const model::EnvironmentVariable& variable) {
  session_.send(scope,
                "INSERT INTO environment_variables (env_id, name, value, is_secret, updated_us) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (env_id, name) DO UPDATE SET value = $3, is_secret = $4, "
                "updated_us = $5",
                {scope.environment_id, variable.name, Sealed{variable.value, place(scope, kValue, variable.name)},
                 std::int64_t{variable.secret}, variable.updated_us});
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
