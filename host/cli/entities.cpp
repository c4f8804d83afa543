// platos entities show, tools, health, test, link, unlink.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

constexpr const char* kEntities = "/api/v1/agent/entities/";
constexpr const char* kAgents = "/api/v1/agent/agents/";

struct EntityOptions {
  std::string id;
  std::string agent;
  std::string tool = "ping";
  std::string params = "{}";
  bool confirm = false;
  bool open = false;
};

std::string entity_path(const std::string& id, const std::string& rest = {}) {
  return kEntities + encode_component(id) + rest;
}

std::string joined(const Json& list) {
  std::string text;
  for (const auto& each : list)
    text += (text.empty() ? "" : ", ") + (each.is_string() ? each.get<std::string>() : each.dump());
  return text;
}

void print_instances(const Json& entity) {
  const Json rows = entity.value("instances", Json::array());
  if (rows.empty()) return;
  Table table{{"CONNECTION", "INSTANCE", "SINCE", "TOOLS", "CALLS WAITING"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({text_of(row, "id"), text_of(row, "instance"), time_of(row, "connectedAt"),
                          text_of(row, "tools"), text_of(row, "pendingCalls")});
  }
  print_table(table);
}

Result<void> print_entity(const Result<Json>& entity, bool json) {
  if (!entity) return fail(entity.error());
  if (json) {
    print_json(*entity);
    return {};
  }
  const std::string linked = joined(entity->value("linkedAgentIds", Json::array()));
  Fields fields = {{"entity", text_of(*entity, "entityId")},
                   {"name", text_of(*entity, "displayName")},
                   {"id", text_of(*entity, "id")},
                   {"agents", linked.empty() ? "all" : linked},
                   {"origins", joined(entity->value("allowedOrigins", Json::array()))},
                   {"test credentials", entity->value("hasTestCredentials", false) ? "set" : "none"},
                   {"created", time_of(*entity, "createdAt")},
                   {"updated", time_of(*entity, "updatedAt")}};
  if (entity->contains("connectionStatus")) {
    fields.emplace_back("status", text_of(*entity, "connectionStatus"));
    fields.emplace_back("last connected", time_of(*entity, "lastConnectedAt"));
    fields.emplace_back("called back at", text_of(*entity, "callbackUrl"));
    fields.emplace_back("tools", text_of(*entity, "toolCount"));
  }
  print_fields(fields);
  print_instances(*entity);
  return {};
}

Result<void> show(Connection& connection, const EntityOptions& options, bool json) {
  return print_entity(connection.get(entity_path(options.id)), json);
}

Result<void> tools(Connection& connection, const EntityOptions& options, bool json) {
  const auto answer = connection.get(entity_path(options.id, "/tools"));
  if (!answer) return fail(answer.error());
  const Json rows = answer->value("tools", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"TOOL", "EFFECT", "CATEGORY", "HEALTH", "MS", "ERRORS", "USER", "DESCRIPTION", "LAST ERROR"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({text_of(row, "toolName"), text_of(row, "effect"), text_of(row, "category"),
                          text_of(row, "healthStatus"), text_of(row, "avgLatencyMs"), text_of(row, "errorCount"),
                          row.value("needsUser", false) ? "needed" : "", text_of(row, "description"),
                          text_of(row, "lastError")});
  }
  print_table(table);
  return {};
}

Result<void> health(Connection& connection, const EntityOptions& options, bool json) {
  const auto answer = connection.get(entity_path(options.id, "/health"));
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(*answer);
    return {};
  }
  const Json calls = answer->value("calls", Json::object());
  const Json by_status = answer->value("toolsByStatus", Json::object());
  std::string counts;
  for (const auto& [status, count] : by_status.items())
    if (count != 0) counts += (counts.empty() ? "" : ", ") + count.dump() + " " + status;
  print_fields({{"entity", text_of(*answer, "entityId")},
                {"status", text_of(*answer, "status")},
                {"connections", std::to_string(answer->value("instances", Json::array()).size())},
                {"calls waiting", text_of(*answer, "pendingCalls")},
                {"last connected", time_of(*answer, "lastConnectedAt")},
                {"tools", counts.empty() ? "none" : counts},
                {"calls in 30 days", text_of(calls, "total")},
                {"failed", text_of(calls, "failures")},
                {"last call", time_of(calls, "lastCalledAt")}});
  const Json problems = answer->value("problems", Json::array());
  if (problems.empty()) return {};
  Table table{{"TOOL", "HEALTH", "LAST ERROR"}, {}};
  for (const auto& row : problems)
    table.rows.push_back({text_of(row, "toolName"), text_of(row, "healthStatus"), text_of(row, "lastError")});
  print_table(table);
  return {};
}

/// What to do about a call that failed.
Error test_failure(const Json& answer) {
  const std::string code = text_of(answer, "errorCode");
  Error error;
  error.kind = code == "entity_offline" || code == "entity_timeout" ? ErrorKind::Unavailable : ErrorKind::Aborted;
  error.code = code;
  error.message = "the test call failed: " + text_of(answer, "error");
  if (code == "entity_offline") error.message += "; start its backend, and look at platos entities health";
  if (code == "user_required") error.message += "; set test credentials with a userId, or send X-Platos-User-Id";
  return error;
}

Result<void> test(Connection& connection, const EntityOptions& options, bool json) {
  const auto params = model::parse_bounded(options.params, "--params");
  if (!params) return fail(params.error());
  Json body = {{"toolName", options.tool}, {"params", *params}, {"confirm", options.confirm}};
  if (!options.agent.empty()) body["agentId"] = options.agent;
  const auto answer = connection.call("POST", entity_path(options.id, "/wire-test"), model::dump(body));
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(*answer);
  } else {
    Fields fields;
    for (const char* member : {"toolName", "effect", "status", "errorCode", "latencyMs", "callId", "result", "error"})
      if (std::string value = text_of(*answer, member); !value.empty()) fields.emplace_back(member, std::move(value));
    print_fields(fields);
  }
  if (text_of(*answer, "status") == "success") return {};
  return fail(test_failure(*answer));
}

Result<void> set_links(Connection& connection, const EntityOptions& options, const Json& links, bool json) {
  return print_entity(connection.call("PATCH", entity_path(options.id), model::dump({{"linkedAgentIds", links}})),
                      json);
}

/// The ids that are linked now.
Result<Json> links_of(Connection& connection, const EntityOptions& options) {
  const auto entity = connection.get(entity_path(options.id));
  if (!entity) return fail(entity.error());
  return entity->value("linkedAgentIds", Json::array());
}

Result<void> link(Connection& connection, const EntityOptions& options, bool json) {
  auto links = links_of(connection, options);
  if (!links) return fail(links.error());
  const auto agent = connection.get(kAgents + encode_component(options.agent));
  if (!agent) return fail(agent.error());
  const std::string id = text_of(*agent, "id");
  if (std::find(links->begin(), links->end(), Json(id)) == links->end()) links->push_back(id);
  return set_links(connection, options, *links, json);
}

Result<void> unlink(Connection& connection, const EntityOptions& options, bool json) {
  const auto links = links_of(connection, options);
  if (!links) return fail(links.error());
  // One that is deleted can be unlinked by its id still.
  const auto agent = connection.get(kAgents + encode_component(options.agent));
  if (!agent && agent.error().kind != ErrorKind::NotFound) return fail(agent.error());
  const std::string id = agent ? text_of(*agent, "id") : options.agent;
  Json left = Json::array();
  for (const auto& each : *links)
    if (each != id) left.push_back(each);
  if (left.size() == links->size()) {
    return fail(ErrorKind::NotFound, "agent_not_linked",
                "the entity \"" + options.id + "\" is not linked to \"" + options.agent + "\"" +
                    (links->empty() ? "; it serves all agents" : "; platos entities show lists its agents"));
  }
  if (left.empty() && !options.open) {
    return fail(ErrorKind::FailedPrecondition, "last_link",
                "this is the last agent that \"" + options.id +
                    "\" is linked to; without links it serves all agents: say --open when you want that");
  }
  return set_links(connection, options, left, json);
}

using Work = Result<void> (*)(Connection&, const EntityOptions&, bool);
using Defined = std::pair<CLI::App*, std::shared_ptr<EntityOptions>>;

Defined define(const Commands& commands, CLI::App& group, const char* name, const char* description,
               const char* example, Work work) {
  auto defined = define_command<EntityOptions>(commands, group, name, description, example, work);
  add_id(*defined.first, defined.second->id, "Id of the entity");
  return defined;
}

}  // namespace

void define_entities(const Commands& commands, CLI::App& entities) {
  define(commands, entities, "show", "Show an entity and its connections", "platos entities show shop", &show);
  define(commands, entities, "tools", "List what an entity offers, and how it does", "platos entities tools shop",
         &tools);
  define(commands, entities, "health", "Show how an entity does", "platos entities health shop", &health);
  const auto [tested, test_options] =
      define(commands, entities, "test", "Call a tool of an entity now, with whatever effect it has",
             R"(platos entities test shop --tool find_order --params '{"id":7}')", &test);
  tested->add_option("--tool", test_options->tool, "Name of the tool, as the entity knows it (default: ping)");
  tested->add_option("--params", test_options->params, "JSON object of its arguments");
  tested->add_option("--agent", test_options->agent, "Whose rules hold, too");
  tested->add_flag("--confirm", test_options->confirm, "Approve the call, where the tool needs it");
  const auto [linked, link_options] =
      define(commands, entities, "link", "Let an agent use an entity; with its first link it serves no others",
             "platos entities link shop helper", &link);
  linked->add_option("AGENT", link_options->agent, "Id or slug of the agent")->required();
  const auto [unlinked, unlink_options] = define(commands, entities, "unlink", "Take an entity from an agent",
                                                 "platos entities unlink shop helper", &unlink);
  unlinked->add_option("AGENT", unlink_options->agent, "Id or slug of the agent")->required();
  unlinked->add_flag("--open", unlink_options->open, "Also when it is the last one: then it serves all agents");
}

}  // namespace platos::cli
