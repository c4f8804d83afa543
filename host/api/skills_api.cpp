// Installed skills: install, list, versions, rollback, delete; attach to agents.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/skill_body.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;
using skills::InstalledSkill;

constexpr std::int64_t kAgentsAtOnce = 200;

Error no_official(const std::string& id) {
  return {ErrorKind::NotFound,
          "skill_not_found",
          "there is no official skill \"" + base::printable(id, 80) + "\"",
          false,
          0,
          {}};
}

Error checksum_mismatch(const std::string& expected, const std::string& found) {
  return {
      ErrorKind::InvalidArgument,
      "checksum_mismatch",
      "the package has checksum " + found + ", expected " + base::printable(expected, 80) + "; it was not installed",
      false,
      0,
      {}};
}

bool contains_text(const InstalledSkill& skill, const std::string& search) {
  const auto& manifest = skill.current->manifest;
  return base::to_lower(skill.row.slug + "\n" + manifest.name + "\n" + manifest.description).find(search) !=
         std::string::npos;
}

struct SkillHandlers {
  Services services;
  ApiOptions options;

  Response bad(const Call& call, const Error& error) const { return error_response(error, call.request.request_id); }
  Json row_of(const InstalledSkill& skill) const { return to_wire(skill, services.skill_tools.offer_of(skill)); }
  Response answer(const Call& call, int status, const Result<InstalledSkill>& skill) const {
    return answer_with(call, status, skill, [&](const InstalledSkill& found) {
      return Json{{"skill", row_of(found)}};
    });
  }

  /// 412 with the names, as published clients read it.
  Response not_ready(const Call& call, const InstalledSkill& skill) const {
    Error error{ErrorKind::FailedPrecondition, "missing_env", "", false, 0, skill.missing()};
    std::string names;
    for (const auto& name : error.validation_errors) names += (names.empty() ? "" : ", ") + name;
    error.message = "the skill \"" + skill.row.slug + "\" needs variables that the environment has not: " + names;
    Json body = error_body(error, call.request.request_id);
    body["statusCode"] = 412;
    body["error"] = "Precondition Failed";
    body["reason"] = "missing_env";
    body["details"] = {{"missing", skill.missing()}};
    return json_response(412, body);
  }

  Task<Response> list(Call call) const {
    const auto limit = query_number(call, "limit", 100, 1, 500);
    if (!limit) co_return bad(call, limit.error());
    const auto page = query_number(call, "page", 1, 1, 1'000'000);
    if (!page) co_return bad(call, page.error());
    const auto offset = query_number(call, "offset", (*page - 1) * *limit, 0, INT64_MAX);
    if (!offset) co_return bad(call, offset.error());
    const auto installed = co_await services.skills.installed(call.loop(), call.who.scope);
    if (!installed) co_return bad(call, installed.error());
    const std::string search = base::to_lower(call.query_value("search"));
    Json rows = Json::array();
    std::int64_t total = 0;
    for (const auto& skill : (*installed)->all) {
      if (!search.empty() && !contains_text(skill, search)) continue;
      if (total >= *offset && total < *offset + *limit) rows.push_back(row_of(skill));
      ++total;
    }
    const bool more = *offset + static_cast<std::int64_t>(rows.size()) < total;
    Json body = {
        {"skills", std::move(rows)}, {"total", total}, {"limit", *limit}, {"offset", *offset}, {"hasMore", more}};
    co_return json_response(200, body);
  }

  Task<Response> health(Call call) const {
    const auto installed = co_await services.skills.installed(call.loop(), call.who.scope);
    if (!installed) co_return bad(call, installed.error());
    std::int64_t official = 0;
    std::int64_t ready = 0;
    Json broken = Json::array();
    for (const auto& skill : (*installed)->all) {
      official += skill.is_official() ? 1 : 0;
      ready += skill.missing().empty() ? 1 : 0;
      const auto warnings = services.skill_tools.offer_of(skill).problems;
      if (skill.ready() && warnings.empty()) continue;
      broken.push_back({{"skillId", skill.row.slug},
                        {"missing", skill.missing()},
                        {"problem", skill.current->problem.empty() ? Json() : Json(skill.current->problem)},
                        {"warnings", warnings}});
    }
    Json body = {{"total", (*installed)->all.size()},
                 {"official", official},
                 {"envReady", ready},
                 {"broken", broken.size()},
                 {"skills", std::move(broken)},
                 {"fetchedAt", time_to_wire(call.loop().clock().wall_us())}};
    co_return json_response(200, body);
  }

  Task<Response> official(Call call) const {
    const auto installed = co_await services.skills.installed(call.loop(), call.who.scope);
    if (!installed) co_return bad(call, installed.error());
    Json rows = Json::array();
    for (const auto& package : services.skills.official().all())
      rows.push_back(to_wire(package, (*installed)->find(package.manifest.id) != nullptr));
    const auto total = rows.size();
    co_return json_response(200, {{"skills", std::move(rows)}, {"total", total}});
  }

  Task<Response> get(Call call) const {
    co_return answer(call, 200, co_await services.skills.find(call.loop(), call.who.scope, call.path_value("id")));
  }

  Task<Response> install(Call call) const {
    auto reading = services.blocking.run(call.loop(), [request = call.request, max = options.max_body_bytes] {
      const auto body = read_body(request, max);
      return body ? read_skill_request(*body) : Result<SkillRequest>(fail(body.error()));
    });
    auto request = co_await reading;
    if (!request) co_return bad(call, request.error());
    skills::SkillInstallation wanted;
    wanted.origin = request->origin;
    wanted.imported_from = request->imported_from;
    if (request->package) {
      wanted.package = std::move(*request->package);
    } else {
      const auto* package = services.skills.official().find(request->official);
      if (package == nullptr) co_return bad(call, no_official(request->official));
      wanted.package = *package;
      wanted.origin = "official";
    }
    co_return co_await store_package(std::move(call), std::move(wanted), request->checksum);
  }

  Task<Response> import(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return bad(call, body.error());
    const auto url = required_text(*body, "url");
    if (!url) co_return bad(call, url.error());
    const auto checksum = optional_text(*body, "checksum");
    if (!checksum) co_return bad(call, checksum.error());
    auto fetched = co_await services.skill_importer.fetch(call.loop(), *url);
    if (!fetched) co_return bad(call, fetched.error());
    auto reading =
        services.blocking.run(call.loop(), [bytes = std::move(fetched->bytes)] { return package_of_bytes(bytes); });
    auto package = co_await reading;
    if (!package) co_return bad(call, package.error());
    skills::SkillInstallation wanted;
    wanted.package = std::move(*package);
    wanted.origin = "community";
    wanted.imported_from = std::move(fetched->address);
    co_return co_await store_package(std::move(call), std::move(wanted), base::to_lower(checksum->value_or("")));
  }

  Task<Response> store_package(Call call, skills::SkillInstallation wanted, std::string checksum) const {
    if (!checksum.empty() && checksum != wanted.package.checksum)
      co_return bad(call, checksum_mismatch(checksum, wanted.package.checksum));
    const auto installed = co_await services.skills.install(call.loop(), call.who, std::move(wanted));
    co_return answer(call, 201, installed);
  }

  Task<Response> versions(Call call) const {
    const auto skill = co_await services.skills.find(call.loop(), call.who.scope, call.path_value("id"));
    if (!skill) co_return bad(call, skill.error());
    const auto versions = co_await services.skills.versions(call.loop(), call.who.scope, skill->row.id);
    co_return answer_list(call, "versions", versions,
                          [&](const store::SkillVersionRow& row) { return to_wire(row, skill->row.current_number); });
  }

  Task<Response> roll_back(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return bad(call, body.error());
    const auto number = optional_integer(*body, "version", 1, INT64_MAX);
    if (!number) co_return bad(call, number.error());
    if (!*number) co_return bad(call, invalid_field("version", "the number of a version", "nothing"));
    co_return answer(call, 200,
                     co_await services.skills.roll_back(call.loop(), call.who, call.path_value("id"), **number));
  }

  /// From every agent that has it, so that nobody is given another of the same id later.
  Task<Result<std::int64_t>> detach_everywhere(Call call, std::string slug) const {
    std::vector<std::string> having;
    for (std::int64_t offset = 0;; offset += kAgentsAtOnce) {
      const auto page = co_await services.agents.list(call.loop(), call.who.scope, kAgentsAtOnce, offset);
      if (!page) co_return fail(page.error());
      for (const auto& agent : page->agents) {
        const auto& has = agent.config.installed_skills;
        if (std::find(has.begin(), has.end(), slug) != has.end()) having.push_back(agent.id);
      }
      if (static_cast<std::int64_t>(page->agents.size()) < kAgentsAtOnce) break;
    }
    for (const auto& id : having) {
      agent::AgentPatch patch;
      patch.detach_skill = slug;
      patch.version_note = "Skill " + slug + " was deleted";
      const auto done = co_await services.agents.update(call.loop(), call.who, id, std::move(patch));
      if (!done && done.error().kind != ErrorKind::NotFound) co_return fail(done.error());
    }
    co_return static_cast<std::int64_t>(having.size());
  }

  Task<Response> remove(Call call) const {
    const auto skill = co_await services.skills.find(call.loop(), call.who.scope, call.path_value("id"));
    if (!skill) co_return bad(call, skill.error());
    const auto affected = co_await detach_everywhere(call, skill->row.slug);
    if (!affected) co_return bad(call, affected.error());
    const auto removed = co_await services.skills.remove(call.loop(), call.who, skill->row.id);
    if (!removed) co_return bad(call, removed.error());
    co_return json_response(200, {{"removed", true}, {"affectedAgents", *affected}});
  }

  Task<Result<model::Agent>> agent_of(Call call) const {
    const auto agent = co_await services.agents.find(call.loop(), call.who.scope, call.path_value("agentId"));
    if (agent && call.who.is_kept_from(agent->id)) co_return fail(agent::agent_scope_mismatch());
    co_return agent;
  }

  Task<Response> list_of_agent(Call call) const {
    const auto agent = co_await agent_of(call);
    if (!agent) co_return bad(call, agent.error());
    const auto installed = co_await services.skills.installed(call.loop(), call.who.scope);
    if (!installed) co_return bad(call, installed.error());
    Json rows = Json::array();
    for (const auto& slug : agent->config.installed_skills) {
      const auto* skill = (*installed)->find(slug);
      if (skill == nullptr) continue;
      Json row = row_of(*skill);
      row["agentSkillId"] = agent->id + "/" + slug;
      row["enabled"] = true;
      row["enabledAt"] = time_to_wire(agent->updated_us);
      rows.push_back(std::move(row));
    }
    const auto total = rows.size();
    co_return json_response(200, {{"skills", std::move(rows)}, {"total", total}});
  }

  /// Official skills need not be installed first.
  Task<Result<InstalledSkill>> find_or_install(Call call) const {
    const std::string id = call.path_value("id");
    auto found = co_await services.skills.find(call.loop(), call.who.scope, id);
    const auto* package = services.skills.official().find(id);
    if (found || package == nullptr || !call.who.may(kAdmin)) co_return found;
    skills::SkillInstallation wanted;
    wanted.package = *package;
    wanted.origin = "official";
    co_return co_await services.skills.install(call.loop(), call.who, std::move(wanted));
  }

  /// Two tools of one name would end every turn of the agent.
  Result<void> check_tool_names(const model::Agent& agent, const InstalledSkill& skill) const {
    std::vector<std::string> names;
    for (const auto& tool : services.skill_tools.offer_of(skill).tools) names.push_back(tool.model_name);
    for (const auto& instance : agent.config.skills) {
      const auto source = services.plugins.skill(instance);
      if (!source) continue;
      for (const auto& tool : (*source)->tools()) {
        if (std::find(names.begin(), names.end(), tool.model_name) == names.end()) continue;
        return fail(ErrorKind::Conflict, "tool_name_clash",
                    "the skill and the agent's instance \"" + instance + "\" both have a tool \"" + tool.model_name +
                        "\"; take one of them away");
      }
    }
    return {};
  }

  Task<Response> attach(Call call) const {
    const auto agent = co_await agent_of(call);
    if (!agent) co_return bad(call, agent.error());
    const auto skill = co_await find_or_install(call);
    if (!skill) co_return bad(call, skill.error());
    if (!skill->missing().empty()) co_return not_ready(call, *skill);
    if (!skill->ready()) {
      co_return bad(call, {ErrorKind::FailedPrecondition, "skill_unavailable", skill->current->problem, false, 0, {}});
    }
    if (auto free = check_tool_names(*agent, *skill); !free) co_return bad(call, free.error());
    agent::AgentPatch patch;
    patch.attach_skill = skill->row.slug;
    patch.version_note = "Skill " + skill->row.slug + " attached";
    const auto changed = co_await services.agents.update(call.loop(), call.who, agent->id, std::move(patch));
    if (!changed) co_return bad(call, changed.error());
    co_return answer(call, 201, skill);
  }

  Task<Response> detach(Call call) const {
    const auto agent = co_await agent_of(call);
    if (!agent) co_return bad(call, agent.error());
    std::string slug = call.path_value("id");
    const auto skill = co_await services.skills.find(call.loop(), call.who.scope, slug);
    if (skill) slug = skill->row.slug;
    const auto& has = agent->config.installed_skills;
    if (std::find(has.begin(), has.end(), slug) == has.end()) {
      co_return bad(call, {ErrorKind::NotFound,
                           "skill_not_found",
                           "the agent has no skill \"" + base::printable(slug, 80) + "\"",
                           false,
                           0,
                           {}});
    }
    agent::AgentPatch patch;
    patch.detach_skill = slug;
    patch.version_note = "Skill " + slug + " detached";
    const auto changed = co_await services.agents.update(call.loop(), call.who, agent->id, std::move(patch));
    if (!changed) co_return bad(call, changed.error());
    co_return json_response(200, {{"removed", true}});
  }
};

}  // namespace

std::vector<Route> skill_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const SkillHandlers>(SkillHandlers{services, options});
  const auto to = [handlers](Task<Response> (SkillHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  // Whole words before {id}: the first that fits is taken.
  return {
      {"GET", "/api/v1/agent/skills", kRead, to(&SkillHandlers::list), "List installed skills"},
      {"POST", "/api/v1/agent/skills", kAdmin, to(&SkillHandlers::install),
       "Install a skill from a manifest, files, an archive or the official ones; again: a new version"},
      {"GET", "/api/v1/agent/skills/health", kRead, to(&SkillHandlers::health),
       "Which installed skills lack something"},
      {"GET", "/api/v1/agent/skills/official", kRead, to(&SkillHandlers::official),
       "List the official skills, which can be installed by name"},
      {"POST", "/api/v1/agent/skills/import", kAdmin, to(&SkillHandlers::import), "Install a skill from a URL"},
      {"GET", "/api/v1/agent/skills/agent/{agentId}", kRead, to(&SkillHandlers::list_of_agent),
       "List the skills of an agent"},
      {"POST", "/api/v1/agent/skills/agent/{agentId}/{id}", kWrite, to(&SkillHandlers::attach),
       "Attach a skill to an agent"},
      {"DELETE", "/api/v1/agent/skills/agent/{agentId}/{id}", kWrite, to(&SkillHandlers::detach),
       "Detach a skill from an agent"},
      {"GET", "/api/v1/agent/skills/{id}", kRead, to(&SkillHandlers::get), "Get an installed skill, by id or skillId"},
      {"DELETE", "/api/v1/agent/skills/{id}", kAdmin, to(&SkillHandlers::remove),
       "Delete a skill with all versions, and detach it from every agent"},
      {"GET", "/api/v1/agent/skills/{id}/versions", kRead, to(&SkillHandlers::versions), "List versions of a skill"},
      {"POST", "/api/v1/agent/skills/{id}/rollback", kAdmin, to(&SkillHandlers::roll_back),
       "Make another version of a skill the current one"},
  };
}

}  // namespace platos::api
