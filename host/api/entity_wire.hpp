// Connected entities, their tools and how they do, as clients see them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "entities/health.hpp"
#include "entities/links.hpp"
#include "entities/shelf.hpp"
#include "model/json.hpp"
#include "model/tenancy.hpp"
#include "store/entity_tools.hpp"
#include "store/tool_audit.hpp"
#include "tenancy/test_credentials.hpp"
#include "tools/administration.hpp"
#include "tools/trials.hpp"

namespace platos::api {

/// How an entity stands in one environment, as this host knows it.
struct EntityState {
  std::vector<entities::LinkView> links;     ///< of its connections
  std::optional<store::EntityLinkRow> last;  ///< nullopt: it was never connected
  std::size_t tools = 0;

  bool can_be_called() const { return !links.empty() || (last && !last->callback_url.empty()); }
};

/// The row, without what is secret, and how it stands.
model::Json to_wire(const model::Entity& entity, const EntityState& state);

/// One tool of an entity: as it is offered, what its backends say of it, and what calls of it were like from here.
struct EntityToolState {
  tools::ListedTool listed;
  bool needs_user = false;
  entities::ToolHealth said = {};
  store::ToolHealth seen = {};
};
model::Json to_wire(const EntityToolState& tool);

/// What is to be done about an entity, at a glance.
model::Json health_to_wire(const model::Entity& entity, const EntityState& state,
                           const std::vector<EntityToolState>& tools);

/// Secret parts as "********".
model::Json masked(const tenancy::TestCredentials& credentials);

/// A test call, and what came of it. Without what is secret in the credentials.
model::Json wire_test_to_wire(const tools::Attempt& made, const tools::Trial& trial,
                              const tenancy::TestCredentials& credentials);

}  // namespace platos::api
