// What connected entities offer in an environment, and where they can be reached.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A tool as its entity declared it.
struct EntityToolRow {
  std::string entity_id;  ///< of the entity's row: "ent_..."
  std::string name;
  std::string definition_json;
};

struct EntityLinkRow {
  std::string entity_id;
  std::string host_id;  ///< that it was connected with last
  std::int64_t connected_us = 0;
  std::int64_t revision = 0;  ///< of its tools
};

/// What a registration changed.
struct EntityToolChange {
  std::int64_t added = 0;
  std::int64_t updated = 0;
  std::int64_t removed = 0;
  std::int64_t revision = 0;
  std::vector<EntityToolRow> tools = {};  ///< as they are now, by name
};

/// A view on a session; made where it is used. Throws SqlError.
class EntityTools {
 public:
  explicit EntityTools(Session& session) : session_(session) {}

  /// Of the whole environment, or of one entity; by entity and name.
  std::vector<EntityToolRow> tools(const model::Scope& scope);
  std::vector<EntityToolRow> tools_of(const model::Scope& scope, const std::string& entity_id);
  std::optional<EntityLinkRow> link(const model::Scope& scope, const std::string& entity_id);

  /// Makes `declared` (by name) what the entity offers: adds, changes, and removes what is neither there nor in `kept`.
  EntityToolChange declare(const model::Scope& scope, const std::string& entity_id,
                           const std::vector<EntityToolRow>& declared, const std::vector<std::string>& kept,
                           std::int64_t now_us);
  void note_connected(const model::Scope& scope, const std::string& entity_id, const std::string& host_id,
                      std::int64_t now_us);

 private:
  void put(const model::Scope& scope, const EntityToolRow& row, std::int64_t now_us);
  Session& session_;
};

}  // namespace platos::store
