#include "agent/agents.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/context.hpp"
#include "model/json.hpp"
#include "model/json_schema.hpp"
#include "model/tool_rules.hpp"
#include "store/agents.hpp"
#include "tenancy/audit.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxPromptBytes = 256 * 1024;
constexpr std::size_t kMaxSkills = 64;
constexpr int kSlugTries = 100;

bool is_slug(std::string_view slug) {
  return !slug.empty() && slug.size() <= 64 && model::slug_from_name(slug) == slug;
}

Result<void> check_model(const std::string& name) {
  if (name.empty() || name.size() > 200 || name.front() == ':' || name.back() == ':') {
    return fail(model::invalid_field("model", "\"instance:model\", such as \"openai:gpt-4o\"",
                                     "\"" + base::printable(name) + "\""));
  }
  return {};
}

/// Models as they must be written, and fallbacks that lead somewhere.
Result<void> check_routes(const model::AgentConfig& config) {
  for (const auto& route : config.model_routes) {
    if (auto checked = check_model(route.model); !checked) return checked;
  }
  for (const auto& rule : config.retry_rules) {
    const bool leads_nowhere = rule.action == model::RetryRule::Action::Fallback &&
                               std::none_of(config.model_routes.begin(), config.model_routes.end(),
                                            [&](const auto& route) { return route.label == rule.fallback_label; });
    if (leads_nowhere) {
      return fail(model::invalid_field("fallbackToRouteLabel", "the label of one of modelRoutes",
                                       "\"" + base::printable(rule.fallback_label) + "\""));
    }
  }
  return {};
}

Result<void> check_schema(const std::string& schema) {
  if (schema.empty()) return {};
  const auto parsed = model::parse_bounded(schema, "outputSchema");
  if (!parsed) return fail(parsed.error());
  model::SchemaOptions options;
  options.refuse_unknown_keywords = true;
  const auto compiled = model::JsonSchema::compile(*parsed, options);
  return compiled ? Result<void>() : Result<void>(fail(compiled.error()));
}

Result<void> check_tools(const model::AgentConfig& config) {
  if (!config.tools_block_json.empty()) {
    const auto parsed = model::parse_bounded(config.tools_block_json, "toolsBlockConfig");
    if (!parsed) return fail(parsed.error());
    if (const auto read = model::tools_block_from_json(*parsed); !read) return fail(read.error());
  }
  const auto read = model::context_mapping_of(config);
  return read ? Result<void>() : Result<void>(fail(read.error()));
}

Result<void> apply_installed(std::vector<std::string>& installed, const AgentPatch& patch) {
  if (patch.installed_skills) {
    installed.clear();
    for (const auto& slug : *patch.installed_skills) {
      if (std::find(installed.begin(), installed.end(), slug) == installed.end()) installed.push_back(slug);
    }
  }
  if (!patch.detach_skill.empty()) std::erase(installed, patch.detach_skill);
  const bool is_new = std::find(installed.begin(), installed.end(), patch.attach_skill) == installed.end();
  if (!patch.attach_skill.empty() && is_new) installed.push_back(patch.attach_skill);
  if (installed.size() <= kMaxSkills) return {};
  return fail(model::invalid_field("installedSkills", "at most 64 skills", std::to_string(installed.size())));
}

Result<void> apply(model::AgentConfig& config, const AgentPatch& patch) {
  if (patch.model) config.model = *patch.model;
  if (patch.system_prompt) config.system_prompt = *patch.system_prompt;
  if (patch.skills) config.skills = *patch.skills;
  if (auto done = apply_installed(config.installed_skills, patch); !done) return done;
  if (patch.max_steps) config.max_steps = *patch.max_steps;
  if (patch.context_limit) config.context_limit = *patch.context_limit;
  if (patch.history_mode) config.history_mode = *patch.history_mode;
  if (patch.compact_threshold) config.compact_threshold = *patch.compact_threshold;
  if (patch.dynamic_blocks) config.dynamic_blocks = *patch.dynamic_blocks;
  if (patch.thinking_budget_tokens) config.thinking_budget_tokens = *patch.thinking_budget_tokens;
  if (patch.max_output_tokens) config.max_output_tokens = *patch.max_output_tokens;
  if (patch.max_turn_tokens) config.max_turn_tokens = *patch.max_turn_tokens;
  if (patch.temperature) config.temperature = *patch.temperature < 0 ? std::nullopt : patch.temperature;
  if (patch.provider_key_id) config.provider_key_id = *patch.provider_key_id;
  if (patch.model_routes) config.model_routes = *patch.model_routes;
  if (patch.retry_rules) config.retry_rules = *patch.retry_rules;
  if (patch.meta_tools) {
    for (const auto& [name, enabled] : *patch.meta_tools) config.meta_tools[name] = enabled;
  }
  const auto take_json = [](const std::optional<std::string>& given, std::string& to) {
    if (given) to = *given == "null" ? std::string() : *given;
  };
  take_json(patch.prompt_blocks_json, config.prompt_blocks_json);
  take_json(patch.output_schema_json, config.output_schema_json);
  take_json(patch.extraction_policy_json, config.extraction_policy_json);
  take_json(patch.tools_block_json, config.tools_block_json);
  take_json(patch.context_mapping_json, config.context_mapping_json);
  // Blocks are where the prompt comes from, unless the same change gives one.
  if (patch.prompt_blocks_json && !patch.system_prompt && !config.prompt_blocks_json.empty()) {
    const auto blocks = model::parse_bounded(config.prompt_blocks_json, "promptBlocks");
    if (blocks) config.system_prompt = model::serialise_prompt_blocks(*blocks);
  }
  if (auto checked = check_model(config.model); !checked) return checked;
  if (auto checked = check_routes(config); !checked) return checked;
  if (auto checked = check_schema(config.output_schema_json); !checked) return checked;
  if (auto checked = check_tools(config); !checked) return checked;
  if (config.system_prompt.size() > kMaxPromptBytes) {
    return fail(
        model::invalid_field("systemPrompt", "at most 262144 bytes", std::to_string(config.system_prompt.size())));
  }
  if (config.skills.size() > kMaxSkills) {
    return fail(model::invalid_field("skills", "at most 64 instances", std::to_string(config.skills.size())));
  }
  return {};
}

Result<void> check_name(const std::string& name) {
  if (base::trim(name).empty() || name.size() > kMaxNameBytes) {
    return fail(model::invalid_field("name", "1 to 200 bytes of text", std::to_string(name.size()) + " bytes"));
  }
  if (name.find('\0') != std::string::npos) return fail(model::invalid_field("name", "text", "a NUL character"));
  return {};
}

Result<std::string> choose_slug(store::Agents& agents, const model::Scope& scope, const AgentPatch& patch) {
  if (patch.slug) {
    if (!is_slug(*patch.slug)) {
      return fail(model::invalid_field("slug", "up to 64 of a-z, 0-9 and single hyphens",
                                       "\"" + base::printable(*patch.slug) + "\""));
    }
    if (agents.slug_taken(scope, *patch.slug)) {
      return fail(ErrorKind::Conflict, "slug_taken", "there is an agent with the slug \"" + *patch.slug + "\" already");
    }
    return *patch.slug;
  }
  std::string wanted = model::slug_from_name(*patch.name).substr(0, 56);
  if (wanted.empty()) wanted = "agent";
  std::string slug = wanted;
  for (int n = 2; n < kSlugTries && agents.slug_taken(scope, slug); ++n) slug = wanted + "-" + std::to_string(n);
  if (agents.slug_taken(scope, slug))
    return fail(ErrorKind::Conflict, "slug_taken", "give the agent a slug of its own");
  return slug;
}

model::AgentVersion make_version(const model::Agent& agent, std::string id, std::string user, std::string note,
                                 std::int64_t now_us) {
  model::AgentVersion version;
  version.id = std::move(id);
  version.agent_id = agent.id;
  version.created_by = std::move(user);
  version.note = std::move(note);
  version.config = agent.config;
  version.created_us = now_us;
  return version;
}

}  // namespace

Error agent_not_found(std::string_view id_or_slug) {
  return {ErrorKind::NotFound,
          "agent_not_found",
          "there is no agent \"" + base::printable(id_or_slug, 80) + "\"",
          false,
          0,
          {}};
}

Error agent_scope_mismatch() {
  return {ErrorKind::PermissionDenied, "AGENT_SCOPE_MISMATCH", "the token is bound to another agent", false, 0, {}};
}

std::optional<model::AgentHead> find_agent_head(store::Session& session, const model::Scope& scope,
                                                const std::string& id_or_slug) {
  store::Agents agents(session);
  auto found = agents.find_head(scope, id_or_slug);
  if (found || id_or_slug != "default") return found;
  const std::int64_t total = agents.count(scope);
  if (total == 0) return std::nullopt;
  const auto oldest = agents.list(scope, 1, total - 1);
  if (oldest.empty()) return std::nullopt;
  return agents.find_head(scope, oldest.front().id);
}

namespace {
std::optional<model::Agent> find_agent(store::Session& session, const model::Scope& scope,
                                       const std::string& id_or_slug) {
  const auto head = find_agent_head(session, scope, id_or_slug);
  return head ? store::Agents(session).find(scope, head->id) : std::nullopt;
}
}  // namespace

Task<Result<model::Agent>> Agents::create(base::Loop& loop, model::Principal who, AgentPatch patch) {
  if (!patch.name) co_return fail(model::invalid_field("name", "a text", "nothing"));
  if (!patch.model) co_return fail(model::invalid_field("model", "\"instance:model\"", "nothing"));
  if (auto checked = check_name(*patch.name); !checked) co_return fail(checked.error());
  model::Agent agent;
  if (auto applied = apply(agent.config, patch); !applied) co_return fail(applied.error());
  agent.active = patch.active.value_or(true);
  agent.id = ids_.make("agt");
  agent.name = *patch.name;
  agent.version_id = ids_.make("agv");
  agent.created_us = agent.updated_us = loop.clock().wall_us();
  const auto write =
      database_.write(loop, [this, agent, who, patch](store::Session& session) mutable -> Result<model::Agent> {
        store::Agents agents(session);
        const auto slug = choose_slug(agents, who.scope, patch);
        if (!slug) return fail(slug.error());
        agent.slug = *slug;
        agents.insert(
            who.scope, agent,
            make_version(agent, agent.version_id, who.user_id,
                         patch.version_note.empty() ? "Initial version" : patch.version_note, agent.created_us));
        tenancy::write_audit(session, ids_, who, "agent.create", agent.id, {{"name", agent.name}, {"slug", agent.slug}},
                             agent.created_us);
        return agent;
      });
  co_return co_await write;
}

Task<Result<model::Agent>> Agents::find(base::Loop& loop, model::Scope scope, std::string id_or_slug) {
  const auto read = database_.read(loop, [scope, id_or_slug](store::Session& session) -> Result<model::Agent> {
    auto agent = find_agent(session, scope, id_or_slug);
    if (!agent) return fail(agent_not_found(id_or_slug));
    agent->thread_count = store::Agents(session).count_threads(scope, agent->id);
    return std::move(*agent);
  });
  co_return co_await read;
}

Task<Result<AgentPage>> Agents::list(base::Loop& loop, model::Scope scope, std::int64_t limit, std::int64_t offset) {
  const auto read = database_.read(loop, [scope, limit, offset](store::Session& session) -> Result<AgentPage> {
    store::Agents agents(session);
    return AgentPage{agents.list(scope, limit, offset), agents.count(scope)};
  });
  co_return co_await read;
}

Task<Result<model::Agent>> Agents::update(base::Loop& loop, model::Principal who, std::string id_or_slug,
                                          AgentPatch patch) {
  if (patch.slug) co_return fail(model::invalid_field("slug", "nothing: a slug is given once, at creation", "a text"));
  if (patch.name) {
    if (auto checked = check_name(*patch.name); !checked) co_return fail(checked.error());
  }
  const std::string version_id = ids_.make("agv");
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [=, this](store::Session& session) -> Result<model::Agent> {
    store::Agents agents(session);
    auto agent = find_agent(session, who.scope, id_or_slug);
    if (!agent) return fail(agent_not_found(id_or_slug));
    const model::AgentConfig before = agent->config;
    if (auto applied = apply(agent->config, patch); !applied) return fail(applied.error());
    if (patch.name) agent->name = *patch.name;
    if (patch.active) agent->active = *patch.active;
    agent->updated_us = now_us;
    if (agent->config != before) {
      agent->version_id = version_id;
      agent->version_number =
          agents.add_version(who.scope, make_version(*agent, version_id, who.user_id, patch.version_note, now_us));
    }
    agents.update(who.scope, *agent);
    tenancy::write_audit(session, ids_, who, "agent.update", agent->id,
                         {{"name", agent->name}, {"version", agent->version_number}, {"isActive", agent->active}},
                         now_us);
    agent->thread_count = agents.count_threads(who.scope, agent->id);
    return *agent;
  });
  co_return co_await write;
}

Task<Result<bool>> Agents::remove(base::Loop& loop, model::Principal who, std::string id_or_slug) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [this, who, id_or_slug, now_us](store::Session& session) -> Result<bool> {
    const auto agent = store::Agents(session).find(who.scope, id_or_slug);
    if (!agent) return fail(agent_not_found(id_or_slug));
    const bool removed = store::Agents(session).soft_delete(who.scope, agent->id, now_us);
    tenancy::write_audit(session, ids_, who, "agent.delete", agent->id, {{"name", agent->name}, {"slug", agent->slug}},
                         now_us);
    return removed;
  });
  co_return co_await write;
}

Task<Result<void>> Agents::ensure_hello(base::Loop& loop, model::Principal who) {
  model::Agent agent;
  agent.id = ids_.make("agt");
  agent.slug = "hello";
  agent.name = "Hello";
  agent.version_id = ids_.make("agv");
  agent.created_us = agent.updated_us = loop.clock().wall_us();
  agent.config.model = "offline:docs";
  agent.config.skills = {"docs"};
  agent.config.system_prompt =
      "You are the first agent of this Platos server. Answer questions about Platos from its documentation: search it "
      "with the docs tool before you answer, and say where an answer comes from.";
  const auto write = database_.write(loop, [agent, who](store::Session& session) -> Result<void> {
    store::Agents agents(session);
    if (agents.ever_had_one(who.scope)) return {};
    agents.insert(who.scope, agent,
                  make_version(agent, agent.version_id, who.user_id, "Initial version", agent.created_us));
    return {};
  });
  co_return co_await write;
}

}  // namespace platos::agent
