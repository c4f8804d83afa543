// Agents and their versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/agent.hpp"
#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError. Deleted agents are not found.
class Agents {
 public:
  explicit Agents(Session& session) : session_(session) {}

  /// Inserts the agent and the version that it starts with.
  void insert(const model::Scope& scope, const model::Agent& agent, const model::AgentVersion& version);

  /// By id or slug. Without the number of threads, whose counting takes longer the more there are.
  std::optional<model::Agent> find(const model::Scope& scope, const std::string& id_or_slug);
  /// The same for turns, which keep versions in memory.
  std::optional<model::AgentHead> find_head(const model::Scope& scope, const std::string& id_or_slug);
  /// Is the agent switched on, and this its version?
  bool is_current(const model::Scope& scope, const model::AgentHead& head);
  std::int64_t count_threads(const model::Scope& scope, const std::string& agent_id);
  /// Also true when all of them were deleted.
  bool ever_had_one(const model::Scope& scope);
  bool slug_taken(const model::Scope& scope, const std::string& slug);
  /// Newest first.
  std::vector<model::Agent> list(const model::Scope& scope, std::int64_t limit, std::int64_t offset);
  std::int64_t count(const model::Scope& scope);

  /// Writes name, active flag and current version.
  void update(const model::Scope& scope, const model::Agent& agent);
  /// Adds a version; its number is one above the newest, and is returned.
  std::int64_t add_version(const model::Scope& scope, const model::AgentVersion& version);
  bool soft_delete(const model::Scope& scope, const std::string& id, std::int64_t now_us);

  /// Newest first; `before_number` > 0: only older ones.
  std::vector<model::AgentVersion> versions(const model::Scope& scope, const std::string& agent_id,
                                            std::int64_t before_number, std::int64_t limit);
  std::optional<model::AgentVersion> find_version(const model::Scope& scope, const std::string& version_id);

 private:
  void insert_version(const model::Scope& scope, const model::AgentVersion& version);
  Session& session_;
};

}  // namespace platos::store
