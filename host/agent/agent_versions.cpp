// What an agent was, and making it so again.
#include <nlohmann/json.hpp>

#include "agent/agents.hpp"
#include "base/text.hpp"
#include "store/agents.hpp"
#include "tenancy/audit.hpp"

namespace platos::agent {
namespace {

Result<model::AgentVersion> find_version_of(store::Session& session, const model::Scope& scope,
                                            const std::string& agent_id, const std::string& version_id) {
  auto version = store::Agents(session).find_version(scope, version_id);
  if (version && version->agent_id == agent_id) return std::move(*version);
  return fail(ErrorKind::NotFound, "version_not_found",
              "there is no version \"" + base::printable(version_id, 80) + "\" of this agent");
}

}  // namespace

Task<Result<VersionPage>> Agents::versions(base::Loop& loop, model::Scope scope, std::string id_or_slug,
                                           std::string cursor, std::int64_t limit) {
  const auto read = database_.read(loop, [=](store::Session& session) -> Result<VersionPage> {
    store::Agents agents(session);
    const auto agent = find_agent_head(session, scope, id_or_slug);
    if (!agent) return fail(agent_not_found(id_or_slug));
    std::int64_t before = 0;
    if (!cursor.empty()) {
      const auto last_seen = agents.find_version(scope, cursor);
      if (!last_seen || last_seen->agent_id != agent->id) {
        return fail(ErrorKind::InvalidArgument, "invalid_cursor", "cursor: expected the id of a version of this agent");
      }
      before = last_seen->number;
    }
    VersionPage page;
    page.versions = agents.versions(scope, agent->id, before, limit + 1);
    if (page.versions.size() > static_cast<std::size_t>(limit)) {
      page.versions.pop_back();
      page.next_cursor = page.versions.back().id;
    }
    return page;
  });
  co_return co_await read;
}

Task<Result<model::AgentVersion>> Agents::version(base::Loop& loop, model::Scope scope, std::string id_or_slug,
                                                  std::string version_id) {
  const auto read = database_.read(loop, [=](store::Session& session) -> Result<model::AgentVersion> {
    const auto agent = find_agent_head(session, scope, id_or_slug);
    if (!agent) return fail(agent_not_found(id_or_slug));
    return find_version_of(session, scope, agent->id, version_id);
  });
  co_return co_await read;
}

Task<Result<model::Agent>> Agents::roll_back(base::Loop& loop, model::Principal who, std::string id_or_slug,
                                             std::string version_id) {
  const std::string made_id = ids_.make("agv");
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [=, this](store::Session& session) -> Result<model::Agent> {
    store::Agents agents(session);
    const auto head = find_agent_head(session, who.scope, id_or_slug);
    auto agent = head ? agents.find(who.scope, head->id) : std::nullopt;
    if (!agent) return fail(agent_not_found(id_or_slug));
    auto version = find_version_of(session, who.scope, agent->id, version_id);
    if (!version) return fail(version.error());
    agent->thread_count = agents.count_threads(who.scope, agent->id);
    if (agent->config == version->config) return *agent;
    version->id = made_id;
    version->created_by = who.user_id;
    version->note = "Rollback to v" + std::to_string(version->number);
    version->created_us = now_us;
    agent->config = version->config;
    agent->version_id = made_id;
    agent->version_number = agents.add_version(who.scope, *version);
    agent->updated_us = now_us;
    agents.update(who.scope, *agent);
    tenancy::write_audit(session, ids_, who, "agent.update", agent->id,
                         {{"name", agent->name}, {"version", agent->version_number}, {"note", version->note}}, now_us);
    return *agent;
  });
  co_return co_await write;
}

}  // namespace platos::agent
