#include "tools/catalogue.hpp"

#include <algorithm>

namespace platos::tools {

const model::Tool* ToolSet::find(std::string_view model_name) const {
  const auto found = std::find_if(tools_.begin(), tools_.end(),
                                  [&](const model::Tool& tool) { return tool.model_name == model_name; });
  return found == tools_.end() ? nullptr : &*found;
}

Result<ToolSet> Catalogue::visible_to(const model::AgentConfig& agent) const {
  std::vector<model::Tool> tools;
  for (const auto& skill : agent.skills) {
    const auto source = plugins_.skill(skill);
    if (!source) {
      return fail(ErrorKind::FailedPrecondition, "skill_unavailable",
                  "the agent's skill \"" + skill + "\" cannot be used: " + source.error().message);
    }
    for (const auto& tool : (*source)->tools()) {
      const bool clash = std::any_of(tools.begin(), tools.end(),
                                     [&](const model::Tool& other) { return other.model_name == tool.model_name; });
      if (clash) {
        return fail(ErrorKind::FailedPrecondition, "tool_name_clash",
                    "two tools of the agent's skills are both called \"" + tool.model_name + "\"; rename an instance");
      }
      tools.push_back(tool);
    }
  }
  for (const auto* source : meta_) {
    for (const auto& tool : source->tools()) {
      if (agent.meta_tool(tool.name)) tools.push_back(tool);
    }
  }
  return ToolSet(std::move(tools));
}

Result<std::shared_ptr<ports::ToolSource>> Catalogue::source(std::string_view instance) const {
  for (auto* meta : meta_) {
    // Owned by whoever built the catalogue.
    if (meta->instance() == instance) return std::shared_ptr<ports::ToolSource>(std::shared_ptr<void>(), meta);
  }
  return plugins_.skill(instance);
}

}  // namespace platos::tools
