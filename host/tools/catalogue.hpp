// Which tools an agent sees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "model/tool.hpp"
#include "ports/plugin_directory.hpp"

namespace platos::tools {

/// The tools of one turn, by the names that the model uses. Immutable.
class ToolSet {
 public:
  explicit ToolSet(std::vector<model::Tool> tools) : tools_(std::move(tools)) {}
  const std::vector<model::Tool>& tools() const { return tools_; }
  /// Null when the model invented the name.
  const model::Tool* find(std::string_view model_name) const;

 private:
  std::vector<model::Tool> tools_;
};

/// Internally synchronised, like the directory it reads.
class Catalogue {
 public:
  explicit Catalogue(const ports::PluginDirectory& plugins) : plugins_(plugins) {}

  /// The tools of the agent's skills, in order. A skill that is not there is FailedPrecondition "skill_unavailable";
  /// two tools with one name are FailedPrecondition "tool_name_clash".
  Result<ToolSet> visible_to(const model::AgentConfig& agent) const;

 private:
  const ports::PluginDirectory& plugins_;
};

}  // namespace platos::tools
