// Tools as entities declare them: read with suspicion, kept in one form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/json.hpp"
#include "model/tool.hpp"
#include "store/entity_tools.hpp"

namespace platos::entities {

inline constexpr std::size_t kMaxTools = 1000;  ///< of one entity in one environment

/// A tool that can be called. Immutable.
struct EntityTool {
  model::Tool tool;             ///< `model_name` is given by whoever shows it to a model
  bool needs_user = false;      ///< it acts for a user, and is not called for nobody
  std::int64_t per_minute = 0;  ///< more calls than these it does not take; 0: as many as there are
  std::string definition_json;  ///< as it is stored
};

/// What could not be taken of a registration.
struct Rejection {
  std::string name;
  std::string reason;
};

/// A registration that was read. A value.
struct Registration {
  std::vector<EntityTool> tools;  ///< by name, each once
  std::vector<Rejection> rejected;
  std::string callback_url;  ///< empty: none; not looked at
};

/// Reads a frame `tool_register`. What is wrong with one tool leaves the others alone; tools of `former` that are
/// declared as they were are taken from there. InvalidArgument "invalid_frame" when `tools` is no list, or one
/// of more than twice kMaxTools. Takes long: schemas are compiled.
Result<Registration> read_registration(const model::Json& frame, const std::string& instance,
                                       const std::vector<EntityTool>& former);

/// A tool as it was stored. InvalidArgument "invalid_tool".
Result<EntityTool> tool_of(const store::EntityToolRow& row, const std::string& instance);

/// What a model calls a tool of the entity `slug`: at most 64 of A-Z, a-z, 0-9 and '_'.
std::string model_name_of(const std::string& slug, const std::string& tool);
/// The same for a name that is taken, or too long: with a hash of what it stands for.
std::string distinct_model_name(const std::string& name, const std::string& instance, const std::string& tool);

}  // namespace platos::entities
