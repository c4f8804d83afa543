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
  /// `meta`: sources of meta-tools, which agents have unless they switch one off.
  Catalogue(const ports::PluginDirectory& plugins, std::vector<ports::ToolSource*> meta)
      : plugins_(plugins), meta_(std::move(meta)) {}

  /// The tools of the agent's skills, in order, then its meta-tools. A skill that is not there is FailedPrecondition
  /// "skill_unavailable"; two tools with one name are FailedPrecondition "tool_name_clash".
  Result<ToolSet> visible_to(const model::AgentConfig& agent) const;

  /// The source of a tool, by its instance. Errors as of PluginDirectory::skill.
  Result<std::shared_ptr<ports::ToolSource>> source(std::string_view instance) const;

 private:
  const ports::PluginDirectory& plugins_;
  std::vector<ports::ToolSource*> meta_;
};

}  // namespace platos::tools
