#include "tools/tool_set.hpp"

#include "tools/argument_resolver.hpp"

namespace platos::tools {

ToolSet::ToolSet(std::vector<model::SharedTool> tools, ToolSetExtras extras)
    : tools_(std::move(tools)), extras_(std::move(extras)) {
  by_name_.reserve(tools_.size());
  for (const auto& tool : tools_) by_name_.emplace(tool->model_name, tool.get());
}

ToolSet::ToolSet(std::vector<model::SharedTool> tools, std::vector<model::SharedTool> displayed, ToolSetExtras extras)
    : ToolSet(std::move(tools), std::move(extras)) {
  displayed_ = std::move(displayed);
  shows_all_ = false;
}

const model::Tool* ToolSet::find(std::string_view model_name) const {
  const auto found = by_name_.find(model_name);
  return found == by_name_.end() ? nullptr : found->second;
}

Result<std::string> ToolSet::resolve(const model::Tool& tool, std::string_view arguments_json) const {
  return tools::resolve(extras_.mapping, tool, arguments_json, extras_.session_json);
}

}  // namespace platos::tools
