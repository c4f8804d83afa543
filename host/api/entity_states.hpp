// How entities stand, read for the routes that tell of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/api.hpp"
#include "api/entity_wire.hpp"
#include "base/task.hpp"

namespace platos::api {

/// Of each of these, in the caller's environment. Errors of the database.
Task<Result<std::vector<EntityState>>> states_of(const Services& services, const Call& call,
                                                 std::vector<model::Entity> entities);

/// What the row of a tool says of the entity it is of: `entityPk` and `callbackUrl`, by the tool's source.
Task<Result<std::map<std::string, model::Json>>> entities_of_tools(const Services& services, const Call& call);

/// What the backends of an entity say of its tools, by name: those that are connected here, else the last word.
Task<Result<std::map<std::string, entities::ToolHealth>>> said_health(const Services& services, const Call& call,
                                                                      model::Entity entity);

}  // namespace platos::api
