// Organizations, projects, environments, users.
#pragma once

#include <optional>
#include <string>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class Tenancy {
 public:
  explicit Tenancy(Session& session) : session_(session) {}

  /// Makes the default organization, project, environment and their owner, where they are missing.
  void ensure_default(const model::SystemScope&, const model::Principal& owner, std::int64_t now_us);

  /// The whole scope of an environment.
  std::optional<model::Scope> find_scope(const model::SystemScope&, const std::string& environment_id);

 private:
  Session& session_;
};

}  // namespace platos::store
