// What an environment knows of its customers' users, and the variables that are set for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class EndUsers {
 public:
  explicit EndUsers(Session& session) : session_(session) {}
  /// Adds the user, or replaces the profile and moves `last_seen_us`.
  void put(const model::Scope& scope, const model::EndUser& user);
  std::optional<model::EndUser> find(const model::Scope& scope, const std::string& id);
  /// In the order of their ids, behind `after_id`.
  std::vector<model::EndUser> list(const model::Scope& scope, const std::string& after_id, std::int64_t limit);
  bool remove(const model::Scope& scope, const std::string& id);

 private:
  Session& session_;
};

/// A view on a session; made where it is used. Throws SqlError.
class EnvironmentVariables {
 public:
  explicit EnvironmentVariables(Session& session) : session_(session) {}
  /// Adds the variable, or replaces its value; whether it is secret now.
  bool put(const model::Scope& scope, const model::VariableChange& change, std::int64_t now_us);
  /// False: there is one of that name, which stays as it is.
  bool add(const model::Scope& scope, const model::VariableChange& change, std::int64_t now_us);
  std::optional<model::EnvironmentVariable> find(const model::Scope& scope, const std::string& name);
  std::vector<model::EnvironmentVariable> list(const model::Scope& scope);
  bool remove(const model::Scope& scope, const std::string& name);

 private:
  Session& session_;
};

}  // namespace platos::store
