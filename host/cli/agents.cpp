// platos agents ...
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

constexpr const char* kAgents = "/api/v1/agent/agents";

struct AgentOptions {
  std::string id;
  Page page;
  std::optional<std::string> name, slug, model, system_prompt, note;
  std::optional<int> max_steps, context_limit;
  std::vector<std::string> skills;
  bool no_skills = false;
  std::optional<bool> active;
};

std::string path_of(const std::string& id) { return std::string(kAgents) + "/" + encode_component(id); }

Json body_of(const AgentOptions& options) {
  Json body = Json::object();
  const auto put = [&body](const char* member, const auto& value) {
    if (value) body[member] = *value;
  };
  put("name", options.name);
  put("slug", options.slug);
  put("model", options.model);
  put("systemPrompt", options.system_prompt);
  put("maxSteps", options.max_steps);
  put("contextLimit", options.context_limit);
  put("isActive", options.active);
  put("versionNote", options.note);
  if (!options.skills.empty() || options.no_skills) body["skills"] = options.skills;
  return body;
}

void show_agent(const Json& agent, bool json) {
  if (json) return print_json(agent);
  print_fields({{"id", text_of(agent, "id")},
                {"slug", text_of(agent, "slug")},
                {"name", text_of(agent, "name")},
                {"model", text_of(agent, "model")},
                {"skills", text_of(agent, "skills")},
                {"max steps", text_of(agent, "maxSteps")},
                {"context limit", text_of(agent, "contextLimit")},
                {"active", text_of(agent, "isActive")},
                {"version", text_of(agent, "versionNumber")},
                {"created", time_of(agent, "createdAt")},
                {"updated", time_of(agent, "updatedAt")},
                {"system prompt", text_of(agent, "systemPrompt")}});
}

Result<void> list(Connection& connection, const AgentOptions& options, bool json) {
  const auto page = connection.get(kAgents + query_of(options.page));
  if (!page) return fail(page.error());
  const Json rows = page->value("agents", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"SLUG", "NAME", "MODEL", "VERSION", "THREADS", "ACTIVE", "UPDATED", "ID"}, {}};
  for (const auto& agent : rows) {
    table.rows.push_back({text_of(agent, "slug"), text_of(agent, "name"), text_of(agent, "model"),
                          text_of(agent, "versionNumber"), text_of(agent.value("_count", Json::object()), "threads"),
                          text_of(agent, "isActive"), time_of(agent, "updatedAt"), text_of(agent, "id")});
  }
  print_table(table);
  note_rest(rows.size(), *page);
  return {};
}

Result<void> versions(Connection& connection, const AgentOptions& options, bool json) {
  const auto page = connection.get(path_of(options.id) + "/versions?take=200");
  if (!page) return fail(page.error());
  const Json rows = page->value("versions", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"VERSION", "CURRENT", "MODEL", "CREATED", "BY", "NOTE", "ID"}, {}};
  for (const auto& version : rows) {
    table.rows.push_back({text_of(version, "versionNumber"), text_of(version, "isCurrent"),
                          text_of(version.value("snapshot", Json::object()), "model"), time_of(version, "createdAt"),
                          text_of(version, "createdBy"), text_of(version, "note"), text_of(version, "id")});
  }
  print_table(table);
  return {};
}

Result<void> remove(Connection& connection, const AgentOptions& options, bool json) {
  const auto answer = connection.call("DELETE", path_of(options.id));
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(*answer);
  } else {
    print_fields({{"deleted", text_of(*answer, "deleted")}});
  }
  return {};
}

Result<void> show_answer(const Result<Json>& agent, bool json) {
  if (!agent) return fail(agent.error());
  show_agent(*agent, json);
  return {};
}
Result<void> show(Connection& connection, const AgentOptions& options, bool json) {
  return show_answer(connection.get(path_of(options.id)), json);
}
Result<void> create(Connection& connection, const AgentOptions& options, bool json) {
  return show_answer(connection.call("POST", kAgents, model::dump(body_of(options))), json);
}
Result<void> update(Connection& connection, const AgentOptions& options, bool json) {
  return show_answer(connection.call("PATCH", path_of(options.id), model::dump(body_of(options))), json);
}

void add_fields(CLI::App& command, AgentOptions& options, bool is_new) {
  auto* name = command.add_option("--name", options.name, "Name for people");
  auto* model = command.add_option("--model", options.model, "Model, as INSTANCE:MODEL, such as openai:gpt-4o-mini");
  if (is_new) {
    name->required();
    model->required();
  }
  command.add_option("--slug", options.slug, "Short name for addresses (default: from the name)");
  command.add_option("--system-prompt", options.system_prompt, "What the model is told before every conversation");
  command.add_option("--skill", options.skills, "A tool instance the agent may use; may be repeated");
  command.add_option("--max-steps", options.max_steps, "Model calls in one turn, at most");
  command.add_option("--context-limit", options.context_limit, "Earlier messages the model sees, at most");
  command.add_option("--active", options.active, "true or false: whether the agent takes turns");
  command.add_option("--note", options.note, "Why; kept with the version");
}

using Work = Result<void> (*)(Connection&, const AgentOptions&, bool);

}  // namespace

void define_agents(const Commands& commands) {
  auto* group = add_group(commands.app, "agents", "Agents: a prompt, a model and tools, in versions");
  const auto command = [&](const char* name, const char* description, const char* example, Work work) {
    return define_command<AgentOptions>(commands, *group, name, description, example, work);
  };
  const auto [list_command, list_options] =
      command("list", "List agents, newest first", "platos agents list --limit 10", &list);
  add_page(*list_command, list_options->page);
  const auto [show_command, show_options] =
      command("show", "Show one agent with its system prompt", "platos agents show hello", &show);
  add_id(*show_command, show_options->id, "Id or slug of the agent");
  const auto [create_command, create_options] =
      command("create", "Create an agent and its version 1",
              "platos agents create --name Helper --model openai:gpt-4o-mini --skill docs", &create);
  add_fields(*create_command, *create_options, true);
  const auto [update_command, update_options] =
      command("update", "Change what is given; a change of behaviour makes a new version",
              "platos agents update helper --model openai:gpt-4o --note \"better answers\"", &update);
  add_id(*update_command, update_options->id, "Id or slug of the agent");
  add_fields(*update_command, *update_options, false);
  update_command->add_flag("--no-skills", update_options->no_skills, "Take all skills away");
  const auto [delete_command, delete_options] =
      command("delete", "Delete an agent; its conversations stay", "platos agents delete helper", &remove);
  add_id(*delete_command, delete_options->id, "Id or slug of the agent");
  const auto [versions_command, versions_options] =
      command("versions", "List the versions of an agent, newest first", "platos agents versions helper", &versions);
  add_id(*versions_command, versions_options->id, "Id or slug of the agent");
}

}  // namespace platos::cli
