#include "tools/catalogue.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>

#include "base/text.hpp"
#include "store/agents.hpp"
#include "store/runs.hpp"
#include "tools/argument_hints.hpp"
#include "tools/argument_resolver.hpp"

namespace platos::tools {
namespace {

using model::Json;
using model::SharedTool;
using model::Tool;

constexpr std::string_view kEntity = "entity:";
constexpr std::size_t kMaxNameBytes = 64;

/// Of an agent: its members read.
struct ToolConfig {
  model::ToolsBlock block;
  model::ContextMapping mapping;
};

Result<ToolConfig> read_config(const model::AgentConfig& agent) {
  ToolConfig config;
  if (!agent.tools_block_json.empty()) {
    const auto parsed = model::parse_bounded(agent.tools_block_json, "toolsBlockConfig");
    auto block = parsed ? model::tools_block_from_json(*parsed) : fail(parsed.error());
    if (!block) return fail(block.error());
    config.block = std::move(*block);
  }
  auto mapping = model::context_mapping_of(agent);
  if (!mapping) return fail(mapping.error());
  config.mapping = std::move(*mapping);
  return config;
}

// Without a holder: it lives as long as the process.
SharedTool held_by(std::shared_ptr<const void> holder, const Tool& tool) { return {std::move(holder), &tool}; }

/// Tools of one agent as they are gathered.
struct Gathering {
  std::vector<ListedTool> tools;
  std::unordered_set<std::string_view> names;  // of tools

  Result<void> add(SharedTool tool, bool is_meta) {
    if (!is_callable_name(tool->model_name)) return {};
    if (!names.insert(tool->model_name).second) {
      return fail(ErrorKind::FailedPrecondition, "tool_name_clash",
                  "two tools of the agent are both called \"" + tool->model_name + "\"; rename an instance");
    }
    if (tools.size() >= kMaxTools) {
      return fail(ErrorKind::FailedPrecondition, "too_many_tools",
                  "the agent has more than " + std::to_string(kMaxTools) + " tools; narrow its sources");
    }
    tools.push_back({std::move(tool), {}, is_meta});
    return {};
  }
};

// What an agent narrows is not its meta-tools: those have switches of their own.
model::ToolsBlock for_meta(model::ToolsBlock block) {
  block.enabled_tools.reset();
  block.categories.reset();
  return block;
}

std::set<std::string> entity_ids_of(const model::ContextMapping& mapping, const std::string& session_json) {
  std::set<std::string> ids;
  if (session_json.empty()) return ids;
  const auto session = model::parse_bounded(session_json, "the session's context");
  if (!session) return ids;
  const Json* value = model::context_value(*session, mapping.entity_ids_key);
  if (value == nullptr) return ids;
  if (value->is_string()) ids.insert(value->get<std::string>());
  if (!value->is_array()) return ids;
  for (const auto& each : *value) {
    if (each.is_string()) ids.insert(each.get<std::string>());
  }
  return ids;
}

std::string_view entity_of(const Tool& tool) {
  const std::string_view instance = tool.instance;
  return instance.substr(0, kEntity.size()) == kEntity ? instance.substr(kEntity.size()) : std::string_view();
}

// Which of several entities is meant, the session must say.
Result<void> narrow_entities(std::vector<ListedTool>& tools, const ToolConfig& config,
                             const std::string& session_json) {
  std::set<std::string> seen;
  for (const auto& each : tools) {
    if (const auto entity = entity_of(*each.tool); !entity.empty()) seen.emplace(entity);
  }
  if (seen.empty()) return {};
  const auto ids = entity_ids_of(config.mapping, session_json);
  const bool required = config.block.entity_ids_required.value_or(seen.size() > 1);
  if (ids.empty() && required) {
    return fail(ErrorKind::FailedPrecondition, "ENTITY_IDS_REQUIRED",
                "the agent has tools of " + std::to_string(seen.size()) +
                    " entities; the context must name those to use in \"" + config.mapping.entity_ids_key + "\"");
  }
  if (ids.empty()) return {};
  std::erase_if(tools, [&](const ListedTool& each) {
    const auto entity = entity_of(*each.tool);
    return !entity.empty() && !ids.contains(std::string(entity));
  });
  return {};
}

// The caller of a turn only tightens. The names of what is left out.
std::set<std::string, std::less<>> withhold(std::vector<ListedTool>& tools, const model::AllowedTools& allowed) {
  std::set<std::string, std::less<>> withheld;
  if (!allowed) return withheld;
  std::erase_if(tools, [&](const ListedTool& each) {
    if (model::is_allowed(allowed, *each.tool)) return false;
    withheld.insert(each.tool->model_name);
    return true;
  });
  return withheld;
}

bool is_pinned(const Tool& tool, const model::ToolsBlock& block) {
  return std::any_of(block.pinned.begin(), block.pinned.end(), [&](const std::string& pattern) {
    return model::glob_fits(pattern, tool.model_name) || model::glob_fits(pattern, tool.name);
  });
}

// All are shown, with all arguments.
ToolSet as_they_are(std::vector<ListedTool> usable, ToolSetExtras extras) {
  std::vector<SharedTool> tools;
  tools.reserve(usable.size());
  for (auto& each : usable) tools.push_back(std::move(each.tool));
  return ToolSet(std::move(tools), std::move(extras));
}

ToolSet displayed_as(std::vector<ListedTool> usable, const model::AgentConfig& agent, const model::ToolsBlock& block,
                     ToolSetExtras extras) {
  const auto searchable = static_cast<std::size_t>(
      std::count_if(usable.begin(), usable.end(), [](const ListedTool& each) { return !each.is_meta; }));
  auto mode = block.display;
  if (mode == model::DisplayMode::Full && usable.size() > kMaxDisplayed) mode = model::DisplayMode::Hybrid;
  const bool full = mode == model::DisplayMode::Full;
  if (full && extras.mapping.empty()) return as_they_are(std::move(usable), std::move(extras));
  std::vector<SharedTool> tools;
  std::vector<SharedTool> displayed;
  std::vector<const Tool*> hidden;
  ArgumentHints hints;
  tools.reserve(usable.size() + (full ? 0 : 2));
  for (auto& each : usable) {
    tools.push_back(std::move(each.tool));
    const Tool& tool = *tools.back();
    const bool pinned = mode == model::DisplayMode::Hybrid && is_pinned(tool, block);
    if (!full && !each.is_meta && !(pinned && displayed.size() < kMaxDisplayed)) {
      hidden.push_back(&tool);
      continue;
    }
    if (extras.mapping.empty()) {
      displayed.push_back(tools.back());
      continue;
    }
    const auto plan = plan_arguments(extras.mapping, tool, extras.session_json);
    hints.add(tool, plan);
    displayed.push_back(std::make_shared<const Tool>(without_filled_arguments(tool, plan)));
  }
  const bool summarises = mode == model::DisplayMode::Summary || mode == model::DisplayMode::Hybrid;
  if (summarises) extras.prompt = category_summary(hidden, block);
  const std::string expected = hints.take();
  if (!expected.empty()) extras.prompt += (extras.prompt.empty() ? "" : "\n\n") + expected;
  if (!full && searchable > 0) {
    for (const auto* tool : {&find_tools_tool(), &execute_tools_tool()}) {
      if (!agent.meta_tool(tool->name)) continue;
      tools.push_back(held_by(nullptr, *tool));
      displayed.push_back(tools.back());
    }
  }
  return ToolSet(std::move(tools), std::move(displayed), std::move(extras));
}

Json found_tool(const Tool& tool, const ArgumentPlan& plan, const model::ContextMapping& mapping) {
  const auto entity = entity_of(tool);
  return {{"name", tool.model_name},
          {"description", tool.description},
          {"params", mapping.empty() ? argument_names(tool) : plan.left_to_model},
          {"category", model::category_of(tool)},
          {"entity", entity.empty() ? Json() : Json(entity)}};
}

}  // namespace

bool is_callable_name(std::string_view model_name) {
  return !model_name.empty() && model_name.size() <= kMaxNameBytes &&
         std::all_of(model_name.begin(), model_name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

Task<Result<std::vector<ListedTool>>> Catalogue::gather(base::Loop& loop, model::Scope scope,
                                                        const model::AgentConfig& agent,
                                                        const model::ToolsBlock& block) const {
  Gathering gathering;
  for (const auto& skill : agent.skills) {
    const auto source = plugins_.skill(skill);
    if (!source) {
      co_return fail(ErrorKind::FailedPrecondition, "skill_unavailable",
                     "the agent's skill \"" + skill + "\" cannot be used: " + source.error().message);
    }
    for (const auto& tool : (*source)->tools()) {
      if (auto added = gathering.add(held_by(*source, tool), false); !added) co_return fail(added.error());
    }
  }
  for (auto* source : scoped_) {
    const auto offered = co_await source->tools_of(loop, scope, agent);
    if (!offered) co_return fail(offered.error());
    for (const auto& tool : *offered) {
      if (auto added = gathering.add(tool, false); !added) co_return fail(added.error());
    }
  }
  for (const auto* source : meta_) {
    for (const auto& tool : source->tools()) {
      if (!agent.meta_tool(tool.name)) continue;
      if (auto added = gathering.add(held_by(nullptr, tool), true); !added) co_return fail(added.error());
    }
  }
  const auto read = co_await rules_of(loop, scope);
  if (!read) co_return fail(read.error());
  const RuleBook::Rules& rules = *read;
  const model::ToolsBlock meta_block = for_meta(block);
  for (auto& each : gathering.tools) {
    const auto& own = each.is_meta ? meta_block : block;
    each.asks_approval = each.tool->requires_approval;
    each.verdict = model::judge(*each.tool, *rules, own);
    each.tool = model::ruled(std::move(each.tool), each.verdict, *rules, own);
  }
  co_return std::move(gathering.tools);
}

Task<Result<RuleBook::Rules>> Catalogue::rules_of(base::Loop& loop, model::Scope scope) const {
  if (options_.rules == nullptr) co_return std::make_shared<const model::ToolRules>();
  co_return co_await options_.rules->of(loop, std::move(scope));
}

Task<Result<bool>> Catalogue::is_usable(base::Loop& loop, model::Scope scope, const Tool& tool) const {
  const auto rules = co_await rules_of(loop, std::move(scope));
  if (!rules) co_return fail(rules.error());
  co_return model::judge(tool, **rules, {}).usable();
}

Task<Result<std::vector<ListedTool>>> Catalogue::all_of(base::Loop& loop, model::Scope scope,
                                                        model::AgentConfig agent) const {
  const auto config = read_config(agent);
  if (!config) co_return fail(config.error());
  co_return co_await gather(loop, std::move(scope), agent, config->block);
}

Task<Result<ToolSet>> Catalogue::visible_to(base::Loop& loop, model::Scope scope, const model::AgentConfig& agent,
                                            std::string session_json, model::AllowedTools allowed) const {
  auto config = read_config(agent);
  if (!config) co_return fail(config.error());
  auto tools = co_await gather(loop, std::move(scope), agent, config->block);
  if (!tools) co_return fail(tools.error());
  std::erase_if(*tools, [](const ListedTool& each) { return !each.verdict.usable(); });
  ToolSetExtras extras;
  extras.withheld = withhold(*tools, allowed);
  if (auto narrowed = narrow_entities(*tools, *config, session_json); !narrowed) co_return fail(narrowed.error());
  extras.allowed = std::move(allowed);
  extras.mapping = std::move(config->mapping);
  extras.session_json = std::move(session_json);
  co_return displayed_as(std::move(*tools), agent, config->block, std::move(extras));
}

Task<Result<std::string>> Catalogue::invoke(base::Loop& loop, ports::CallContext context, const Tool& tool,
                                            std::string arguments_json, base::CancelToken cancel) const {
  if (tool.instance == kDiscoveryInstance && tool.name == kFindTools)
    co_return co_await find_tools(loop, std::move(context), std::move(arguments_json), std::move(cancel));
  if (tool.instance == kDiscoveryInstance) {
    co_return fail(ErrorKind::Unimplemented, "not_callable_alone",
                   tool.name + " is run by a turn, call by call; call the tools that it would name");
  }
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

Task<Result<model::AgentConfig>> Catalogue::config_of(base::Loop& loop, const ports::CallContext& context) const {
  if (options_.database == nullptr) co_return model::AgentConfig();
  const auto read = options_.database->read(
      loop,
      [scope = context.scope, run_id = context.run_id,
       agent_id = context.agent_id](store::Session& session) -> Result<model::AgentConfig> {
        store::Agents agents(session);
        const auto run = run_id.empty() ? std::nullopt : store::Runs(session).find(scope, run_id);
        if (run) {
          if (auto version = agents.find_version(scope, run->version_id)) return std::move(version->config);
        }
        if (auto agent = agents.find(scope, run ? run->agent_id : agent_id)) return std::move(agent->config);
        return fail(ErrorKind::NotFound, "agent_not_found", "the agent that searches for tools is gone");
      });
  co_return co_await read;
}

Task<Result<std::string>> Catalogue::find_tools(base::Loop& loop, ports::CallContext context,
                                                std::string arguments_json, base::CancelToken cancel) const {
  const auto arguments = model::parse_bounded(arguments_json, "the arguments");
  if (!arguments) co_return fail(arguments.error());
  const auto query = model::required_text(*arguments, "query");
  const auto asked_source = model::optional_text(*arguments, "source");
  const auto limit = model::optional_integer(*arguments, "limit", INT64_MIN, INT64_MAX);
  if (!query) co_return fail(query.error());
  if (!asked_source) co_return fail(asked_source.error());
  if (!limit) co_return fail(limit.error());
  const auto agent = co_await config_of(loop, context);
  if (!agent) co_return fail(agent.error());
  const auto set = co_await visible_to(loop, context.scope, *agent, context.session_json, context.allowed_tools);
  if (!set) co_return fail(set.error());
  std::string source = asked_source->value_or("");
  const auto ids = entity_ids_of(set->mapping(), context.session_json);
  if (source.empty() && ids.size() == 1) source = std::string(kEntity) + *ids.begin();
  std::vector<SharedTool> tools;
  for (const auto& each : set->tools()) {
    const Tool& tool = *each;
    const bool is_meta = tool.instance.rfind("platos.", 0) == 0;
    const bool fits =
        source.empty() || tool.instance == source || entity_of(tool) == source || model::category_of(tool) == source;
    if (!is_meta && fits) tools.push_back(each);
  }
  const auto wanted = static_cast<std::size_t>(std::clamp<std::int64_t>(limit->value_or(15), 1, 50));
  const auto answer = co_await discovery_.search(loop, std::move(context), tools, *query, wanted, std::move(cancel));
  Json results = Json::array();
  for (const auto& hit : answer.hits) {
    const Tool& tool = *tools[hit.position];
    results.push_back(found_tool(tool, plan_arguments(set->mapping(), tool, set->session_json()), set->mapping()));
  }
  Json found = {{"query", *query}, {"source", source.empty() ? Json() : Json(source)}, {"results", results}};
  if (results.empty()) {
    found["message"] = "No tool fits. Do not search for the same again; use other words, or do without.";
  }
  co_return model::dump(found);
}

}  // namespace platos::tools
