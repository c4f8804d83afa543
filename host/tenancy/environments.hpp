// What is kept for one environment: its variables, and what is known of its customers' users.
#pragma once

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/database.hpp"

namespace platos::tenancy {

/// What became of variables that were given.
struct VariablesSet {
  std::int64_t set = 0;
  std::int64_t kept = 0;  ///< were there before and stay as they are
};
enum class ExistingVariables { Unspecified, Replace, Keep };

/// Thread-safe. Changes write an audit row, without values and profiles.
class Environments {
 public:
  Environments(store::Database& database, base::IdMaker& ids) : database_(database), ids_(ids) {}

  /// An environment of a project of the principal's organization, by id, else by slug, else by its type. NotFound
  /// "environment_not_found"; InvalidArgument "environment_ambiguous" for a type that several have.
  Task<Result<model::Scope>> find_scope(base::Loop& loop, model::Principal who, std::string project,
                                        std::string environment);

  Task<Result<std::vector<model::EnvironmentVariable>>> variables(base::Loop& loop, model::Scope scope);
  /// NotFound "variable_not_found".
  Task<Result<model::EnvironmentVariable>> variable(base::Loop& loop, model::Scope scope, std::string name);
  /// All of them or none. InvalidArgument "invalid_field".
  Task<Result<VariablesSet>> set_variables(base::Loop& loop, model::Principal who, model::Scope scope,
                                           std::vector<model::VariableChange> variables,
                                           ExistingVariables existing = ExistingVariables::Replace);
  Task<Result<void>> remove_variable(base::Loop& loop, model::Principal who, model::Scope scope, std::string name);

  Task<Result<std::vector<model::EndUser>>> end_users(base::Loop& loop, model::Scope scope, std::string after,
                                                      std::int64_t limit);
  /// NotFound "end_user_not_found".
  Task<Result<model::EndUser>> end_user(base::Loop& loop, model::Scope scope, std::string id);
  Task<Result<model::EndUser>> put_end_user(base::Loop& loop, model::Principal who, std::string id,
                                            std::string profile_json);
  Task<Result<void>> remove_end_user(base::Loop& loop, model::Principal who, std::string id);

 private:
  store::Database& database_;
  base::IdMaker& ids_;
};

}  // namespace platos::tenancy
