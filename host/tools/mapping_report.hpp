// What an agent's context mapping does to the arguments of a tool: for people who set it up.
#pragma once

#include <string>
#include <vector>

#include "tools/argument_resolver.hpp"

namespace platos::tools {

struct MappedArgument {
  std::string name;
  ArgumentOrigin origin = ArgumentOrigin::Model;
  bool is_required = false;
};

struct MappingReport {
  std::vector<MappedArgument> arguments;  ///< of the tool's schema, then what only the mapping names
  std::size_t mapped = 0;                 ///< of them, those that the model does not fill in
  std::vector<std::string> warnings;
};

/// As it is when the session's context has every key that the mapping names. Pure.
MappingReport report_mapping(const model::ContextMapping& mapping, const model::Tool& tool);

}  // namespace platos::tools
