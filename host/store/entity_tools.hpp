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
  std::string status = {};       ///< what its backends say of it: "healthy", "degraded", "down"; empty: nothing
  std::string health_json = {};  ///< what they say besides, an object; empty: nothing
};

struct EntityLinkRow {
  std::string entity_id;
  std::string host_id;  ///< that it was connected with last
  std::int64_t connected_us = 0;
  std::int64_t revision = 0;      ///< of its tools
  std::string callback_url = {};  ///< where it is called when it is not connected; empty: nowhere
};

/// What a registration changed.
struct EntityToolChange {
  std::int64_t added = 0;
  std::int64_t updated = 0;
  std::int64_t removed = 0;
  std::int64_t revision = 0;
  bool moved = false;                     ///< it is reached in another way than before
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
  /// Of all entities that were ever connected in the environment.
  std::vector<EntityLinkRow> links(const model::Scope& scope);

  /// Makes `declared` (by name) what the entity offers: adds, changes, and removes what is neither there nor in `kept`.
  /// What was said of the health of the declared ones is what they say now.
  EntityToolChange declare(const model::Scope& scope, const std::string& entity_id,
                           const std::vector<EntityToolRow>& declared, const std::vector<std::string>& kept,
                           std::int64_t now_us);
  void note_connected(const model::Scope& scope, const std::string& entity_id, const std::string& host_id,
                      std::int64_t now_us);
  /// An empty URL: nowhere. False: it was so before, or the entity was never connected.
  bool set_callback(const model::Scope& scope, const std::string& entity_id, const std::string& url);
  /// False: that was its status before, or there is no such tool.
  bool set_health(const model::Scope& scope, const std::string& entity_id, const std::string& name,
                  const std::string& status, const std::string& health_json);

 private:
  void put(const model::Scope& scope, const EntityToolRow& row, std::int64_t now_us);
  Session& session_;
};

}  // namespace platos::store
