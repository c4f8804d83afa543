#include "tools/tool_set.hpp"

#include "tools/argument_resolver.hpp"

namespace platos::tools {

ToolSet::ToolSet(std::vector<model::Tool> tools, ToolSetExtras extras)
    : tools_(std::move(tools)), extras_(std::move(extras)) {
  for (std::size_t i = 0; i < tools_.size(); ++i) by_name_.emplace(tools_[i].model_name, i);
}

ToolSet::ToolSet(std::vector<model::Tool> tools, std::vector<model::Tool> displayed, ToolSetExtras extras)
    : ToolSet(std::move(tools), std::move(extras)) {
  displayed_ = std::move(displayed);
  shows_all_ = false;
}

const model::Tool* ToolSet::find(std::string_view model_name) const {
  const auto found = by_name_.find(std::string(model_name));
  return found == by_name_.end() ? nullptr : &tools_[found->second];
}

Result<std::string> ToolSet::resolve(const model::Tool& tool, std::string_view arguments_json) const {
  return tools::resolve(extras_.mapping, tool, arguments_json, extras_.session_json);
}

}  // namespace platos::tools
