// What the entities of a project offer in one environment.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "entities/declaration.hpp"
#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::entities {

inline constexpr const char* kInstancePrefix = "entity:";

/// Immutable.
struct Shelf {
  struct Owner {
    std::string row;                         ///< id of the entity's row
    std::string entity;                      ///< its own id
    std::vector<std::string> linked_agents;  ///< those that may call it; empty: all
    std::string callback_url;                ///< empty: none
    std::string host_id;                     ///< that it was connected with last
    std::vector<EntityTool> tools;           ///< by name, with names for models

    /// An entity that names no agents is for all; without an agent, nobody asks for one.
    bool is_for(const std::string& agent_id) const;
  };
  std::vector<Owner> owners;  ///< by their own ids
  std::int64_t read_us = 0;   ///< monotonic

  const Owner* find(std::string_view entity) const;
  static const EntityTool* find_tool(const Owner& owner, std::string_view name);
};

/// Tools that are stored as they were in `former` are taken from there. One that cannot be read is left out.
std::shared_ptr<const Shelf> read_shelf(store::Session& session, const model::Scope& scope, const Shelf* former);

}  // namespace platos::entities
