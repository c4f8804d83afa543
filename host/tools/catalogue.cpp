#include "tools/catalogue.hpp"

#include <algorithm>

namespace platos::tools {
namespace {

Result<void> add(std::vector<model::Tool>& tools, const model::Tool& tool) {
  const bool clash = std::any_of(tools.begin(), tools.end(),
                                 [&](const model::Tool& other) { return other.model_name == tool.model_name; });
  if (clash) {
    return fail(ErrorKind::FailedPrecondition, "tool_name_clash",
                "two tools of the agent are both called \"" + tool.model_name + "\"; rename an instance");
  }
  tools.push_back(tool);
  return {};
}

}  // namespace

const model::Tool* ToolSet::find(std::string_view model_name) const {
  const auto found = std::find_if(tools_.begin(), tools_.end(),
                                  [&](const model::Tool& tool) { return tool.model_name == model_name; });
  return found == tools_.end() ? nullptr : &*found;
}

Task<Result<ToolSet>> Catalogue::visible_to(base::Loop& loop, model::Scope scope,
                                            const model::AgentConfig& agent) const {
  std::vector<model::Tool> tools;
  for (const auto& skill : agent.skills) {
    const auto source = plugins_.skill(skill);
    if (!source) {
      co_return fail(ErrorKind::FailedPrecondition, "skill_unavailable",
                     "the agent's skill \"" + skill + "\" cannot be used: " + source.error().message);
    }
    for (const auto& tool : (*source)->tools()) {
      if (auto added = add(tools, tool); !added) co_return fail(added.error());
    }
  }
  for (auto* source : scoped_) {
    const auto offered = co_await source->tools_of(loop, scope, agent);
    if (!offered) co_return fail(offered.error());
    for (const auto& tool : *offered) {
      if (auto added = add(tools, tool); !added) co_return fail(added.error());
    }
  }
  for (const auto* source : meta_) {
    for (const auto& tool : source->tools()) {
      if (agent.meta_tool(tool.name)) tools.push_back(tool);
    }
  }
  co_return ToolSet(std::move(tools));
}

Task<Result<std::string>> Catalogue::invoke(base::Loop& loop, ports::CallContext context, const model::Tool& tool,
                                            std::string arguments_json, base::CancelToken cancel) const {
  for (auto* source : scoped_) {
    if (!source->owns(tool.instance)) continue;
    co_return co_await source->invoke(loop, std::move(context), tool.instance, tool.name, std::move(arguments_json),
                                      cancel);
  }
  for (auto* source : meta_) {
    if (source->instance() != tool.instance) continue;
    co_return co_await source->invoke(std::move(context), tool.name, std::move(arguments_json), cancel);
  }
  const auto skill = plugins_.skill(tool.instance);
  if (!skill) co_return fail(skill.error());
  co_return co_await (*skill)->invoke(std::move(context), tool.name, std::move(arguments_json), cancel);
}

}  // namespace platos::tools
