// Which tools an agent sees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "model/tool.hpp"
#include "ports/plugin_directory.hpp"
#include "ports/scoped_tools.hpp"

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
  /// `meta`: sources of meta-tools, which agents have unless they switch one off. `scoped`: of what environments have.
  Catalogue(const ports::PluginDirectory& plugins, std::vector<ports::ToolSource*> meta,
            std::vector<ports::ScopedTools*> scoped)
      : plugins_(plugins), meta_(std::move(meta)), scoped_(std::move(scoped)) {}

  /// The tools of the agent's skills, in order, then what its environment has, then its meta-tools. A skill that is not
  /// there is FailedPrecondition "skill_unavailable"; two tools with one name are FailedPrecondition "tool_name_clash".
  Task<Result<ToolSet>> visible_to(base::Loop& loop, model::Scope scope, const model::AgentConfig& agent) const;

  /// Calls a tool of whichever source has it. Errors as of ToolSource::invoke and PluginDirectory::skill.
  Task<Result<std::string>> invoke(base::Loop& loop, ports::CallContext context, const model::Tool& tool,
                                   std::string arguments_json, base::CancelToken cancel) const;

 private:
  const ports::PluginDirectory& plugins_;
  std::vector<ports::ToolSource*> meta_;
  std::vector<ports::ScopedTools*> scoped_;
};

}  // namespace platos::tools
