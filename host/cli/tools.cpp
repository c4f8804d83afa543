// platos tools ...
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

constexpr const char* kTools = "/api/v1/agent/tools";
constexpr const char* kAudit = "/api/v1/agent/monitoring/tool-audit";

struct ToolOptions {
  std::string id;
  Page page;
  std::string words;
  std::string agent;
  std::string category;
  std::string status;
  std::string permission;
  std::string effect;
  std::string timeout_ms;
  std::string document;
  std::string dry_run;
  bool confirm = false;
};

std::string tool_path(const std::string& id) { return std::string(kTools) + "/" + encode_component(id); }

void filter_by(std::vector<std::string>& filters, const char* name, const std::string& value) {
  if (!value.empty()) filters.push_back(std::string(name) + "=" + encode_component(value));
}

/// JSON that stands on the command line. InvalidArgument names the option.
Result<Json> json_of(const std::string& text, const char* option) {
  auto parsed = model::parse_bounded(text, option);
  if (!parsed) return fail(parsed.error());
  return std::move(*parsed);
}

Result<void> print_tools(Connection& connection, const std::string& path, bool json) {
  const auto page = connection.get(path);
  if (!page) return fail(page.error());
  const Json rows = page->value("tools", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"TOOL", "CATEGORY", "EFFECT", "PERMISSION", "ENABLED", "DESCRIPTION"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({text_of(row, "toolId"), text_of(row, "category"), text_of(row, "effect"),
                          text_of(row, "permission"), row.value("enabled", false) ? "yes" : "no",
                          text_of(row, "description")});
  }
  print_table(table);
  return {};
}

Result<void> list(Connection& connection, const ToolOptions& options, bool json) {
  std::vector<std::string> filters;
  filter_by(filters, "category", options.category);
  filter_by(filters, "agentId", options.agent);
  return print_tools(connection, kTools + query_of({}, filters), json);
}

Result<void> search(Connection& connection, const ToolOptions& options, bool json) {
  std::vector<std::string> filters;
  filter_by(filters, "q", options.words);
  filter_by(filters, "agentId", options.agent);
  return print_tools(connection, std::string(kTools) + "/search" + query_of(options.page, filters), json);
}

Result<void> print_tool(const Result<Json>& tool, bool json) {
  if (!tool) return fail(tool.error());
  if (json) {
    print_json(*tool);
    return {};
  }
  Fields fields;
  for (const char* member : {"toolId", "source", "toolName", "category", "description", "effect", "timeoutMs",
                             "enabled", "permission", "because", "paramSchema"}) {
    fields.emplace_back(member, text_of(*tool, member));
  }
  print_fields(fields);
  return {};
}

Result<void> show(Connection& connection, const ToolOptions& options, bool json) {
  return print_tool(connection.get(tool_path(options.id)), json);
}

Result<void> set(Connection& connection, const std::string& id, const Json& body, bool json) {
  return print_tool(connection.call("PATCH", tool_path(id), model::dump(body)), json);
}

Result<void> enable(Connection& connection, const ToolOptions& options, bool json) {
  return set(connection, options.id, {{"enabled", true}}, json);
}

Result<void> disable(Connection& connection, const ToolOptions& options, bool json) {
  return set(connection, options.id, {{"enabled", false}}, json);
}

// "default" takes back what was set.
Json or_default(const std::string& text) { return text == "default" ? Json() : Json(text); }

Result<void> permit(Connection& connection, const ToolOptions& options, bool json) {
  Json body = Json::object();
  if (!options.permission.empty()) body["permission"] = or_default(options.permission);
  if (!options.effect.empty()) body["effect"] = or_default(options.effect);
  if (!options.timeout_ms.empty()) body["timeoutMs"] = std::stoll(options.timeout_ms);
  return set(connection, options.id, body, json);
}

Result<void> print_call(const Result<Json>& call, bool json) {
  if (!call) return fail(call.error());
  if (json) {
    print_json(*call);
    return {};
  }
  Fields fields;
  for (const char* member :
       {"id", "toolId", "status", "errorCode", "latencyMs", "runId", "agentId", "userId", "args", "result", "error"}) {
    if (const std::string value = text_of(*call, member); !value.empty()) fields.emplace_back(member, value);
  }
  print_fields(fields);
  return {};
}

Result<void> test(Connection& connection, const ToolOptions& options, bool json) {
  const auto params = json_of(options.document, "--params");
  if (!params) return fail(params.error());
  Json body = {{"params", *params}, {"confirm", options.confirm}};
  if (!options.agent.empty()) body["agentId"] = options.agent;
  return print_call(connection.call("POST", tool_path(options.id) + "/test", model::dump(body)), json);
}

Result<void> audit(Connection& connection, const ToolOptions& options, bool json) {
  if (!options.id.empty())
    return print_call(connection.get(std::string(kAudit) + "/" + encode_component(options.id)), json);
  std::vector<std::string> filters;
  filter_by(filters, "toolName", options.words);
  filter_by(filters, "status", options.status);
  filter_by(filters, "agentId", options.agent);
  const auto page = connection.get(kAudit + query_of(options.page, filters));
  if (!page) return fail(page.error());
  const Json rows = page->value("rows", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"WHEN", "TOOL", "STATUS", "ERROR", "MS", "SOURCE", "RUN", "ID"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({time_of(row, "createdAt"), text_of(row, "toolId"), text_of(row, "status"),
                          text_of(row, "errorCode"), text_of(row, "latencyMs"), text_of(row, "source"),
                          text_of(row, "runId"), text_of(row, "id")});
  }
  print_table(table);
  note_rest(rows.size(), *page);
  return {};
}

Result<void> replay(Connection& connection, const ToolOptions& options, bool json) {
  const Json body = {{"confirm", options.confirm}};
  const auto answer =
      connection.call("POST", std::string(kAudit) + "/" + encode_component(options.id) + "/replay", model::dump(body));
  if (!answer) return fail(answer.error());
  return print_call(answer->value("replay", Json::object()), json);
}

Result<void> rules(Connection& connection, const ToolOptions& options, bool json) {
  const std::string path = std::string(kTools) + "/rules";
  const std::string& given = options.dry_run.empty() ? options.document : options.dry_run;
  Json body;
  if (!given.empty()) {
    const auto parsed = json_of(given, "the rules");
    if (!parsed) return fail(parsed.error());
    body["rules"] = *parsed;
  }
  const auto answer = given.empty()             ? connection.get(path)
                      : options.dry_run.empty() ? connection.call("PUT", path, model::dump(body))
                                                : connection.call("POST", path + "/dry-run", model::dump(body));
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(*answer);
    return {};
  }
  Table table{{"PATTERN", "PERMISSION"}, {}};
  for (const auto& rule : answer->value("rules", Json::array()))
    table.rows.push_back({text_of(rule, "pattern"), text_of(rule, "permission")});
  if (!options.dry_run.empty()) table.header = {"TOOL", "CALLS", "NOW", "PROPOSED"};
  for (const auto& change : answer->value("changes", Json::array()))
    table.rows.push_back(
        {text_of(change, "toolId"), text_of(change, "calls"), text_of(change, "now"), text_of(change, "proposed")});
  print_table(table);
  return {};
}

Result<void> unknown(Connection& connection, const ToolOptions& options, bool json) {
  const auto page = connection.get("/api/v1/agent/monitoring/tool-calls/unknown" + query_of(options.page));
  if (!page) return fail(page.error());
  const Json rows = page->value("calls", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"STARTED", "SOURCE", "TOOL", "RUN", "CALL"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({time_of(row, "startedAt"), text_of(row, "source"), text_of(row, "toolName"),
                          text_of(row, "runId"), text_of(row, "callId")});
  }
  print_table(table);
  return {};
}

using Work = Result<void> (*)(Connection&, const ToolOptions&, bool);
using Defined = std::pair<CLI::App*, std::shared_ptr<ToolOptions>>;

Defined define(const Commands& commands, CLI::App& group, const char* name, const char* description,
               const char* example, Work work) {
  return define_command<ToolOptions>(commands, group, name, description, example, work);
}

void define_settings(const Commands& commands, CLI::App& group) {
  const auto [on, on_options] =
      define(commands, group, "enable", "Let agents use a tool again", "platos tools enable docs__search", &enable);
  on->add_option("TOOL", on_options->id, "Name of the tool")->required();
  const auto [off, off_options] = define(commands, group, "disable", "Take a tool away from all agents",
                                         "platos tools disable docs__search", &disable);
  off->add_option("TOOL", off_options->id, "Name of the tool")->required();
  const auto [permitted, permit_options] =
      define(commands, group, "permit", "Set what may be done with a tool, its effect class and its time limit",
             "platos tools permit mail__send require_approval", &permit);
  permitted->add_option("TOOL", permit_options->id, "Name of the tool")->required();
  permitted->add_option("PERMISSION", permit_options->permission, "auto_allow, require_approval, block or default")
      ->check(CLI::IsMember({"auto_allow", "require_approval", "block", "default"}));
  permitted->add_option("--effect", permit_options->effect, "read, idempotent, once or default")
      ->check(CLI::IsMember({"read", "idempotent", "once", "default"}));
  permitted->add_option("--timeout-ms", permit_options->timeout_ms, "Time limit of a call; 0: the server's")
      ->check(is_whole_number);
  const auto [ruled, rule_options] =
      define(commands, group, "rules", "Print the rules about many tools, replace them, or try others on past calls",
             R"(platos tools rules --dry-run '[{"pattern":"mail__*","permission":"block"}]')", &rules);
  auto* given = ruled->add_option("--set", rule_options->document, "JSON list of rules that replaces the present one");
  ruled->add_option("--dry-run", rule_options->dry_run, "JSON list of rules: what they would have done")
      ->excludes(given);
}

void define_calls(const Commands& commands, CLI::App& group) {
  const auto [tested, test_options] = define(commands, group, "test", "Call a tool now, with whatever effect it has",
                                             R"(platos tools test docs__search --params '{"query":"install"}')", &test);
  tested->add_option("TOOL", test_options->id, "Name of the tool")->required();
  test_options->document = "{}";
  tested->add_option("--params", test_options->document, "JSON object of its arguments");
  tested->add_option("--agent", test_options->agent, "Whose rules hold, too");
  tested->add_flag("--confirm", test_options->confirm, "Approve the call, where the tool needs it");
  const auto [audited, audit_options] =
      define(commands, group, "audit", "List calls of tools, newest first, or show one",
             "platos tools audit --tool docs__search --status failed", &audit);
  audited->add_option("CALL", audit_options->id, "Id of one call");
  audited->add_option("--tool", audit_options->words, "Only of this tool");
  audited->add_option("--status", audit_options->status, "Only those that went so")
      ->check(CLI::IsMember({"success", "failed", "timeout", "denied", "unknown"}));
  audited->add_option("--agent", audit_options->agent, "Only of this agent");
  add_page(*audited, audit_options->page);
  const auto [replayed, replay_options] =
      define(commands, group, "replay", "Make an audited call again, with whatever effect it has",
             "platos tools replay call_01J00000000000000000000000", &replay);
  replayed->add_option("CALL", replay_options->id, "Id of the call")->required();
  replayed->add_flag("--confirm", replay_options->confirm, "Approve the call, where the tool needs it");
  const auto [waiting, waiting_options] =
      define(commands, group, "unknown", "List calls whose outcome nobody knows; platos runs settle says it",
             "platos tools unknown", &unknown);
  waiting->add_option("--limit", waiting_options->page.limit, "At most so many rows")->check(is_count);
}

}  // namespace

void define_tools(const Commands& commands) {
  auto* group = add_group(commands.app, "tools", "Tools of agents: what there is, who may use it, what was called");
  const auto [listed, list_options] =
      define(commands, *group, "list", "List tools", "platos tools list --agent hello", &list);
  listed->add_option("--agent", list_options->agent, "As this agent may use them");
  listed->add_option("--category", list_options->category, "Only of this category");
  const auto [searched, search_options] =
      define(commands, *group, "search", "Search tools, best first", "platos tools search \"send mail\"", &search);
  searched->add_option("WORDS", search_options->words, "What the tool should do")->required();
  searched->add_option("--agent", search_options->agent, "Only what this agent may use");
  searched->add_option("--limit", search_options->page.limit, "At most so many rows")->check(is_count);
  const auto [shown, show_options] =
      define(commands, *group, "show", "Show one tool", "platos tools show docs__search", &show);
  shown->add_option("TOOL", show_options->id, "Name of the tool")->required();
  define_settings(commands, *group);
  define_calls(commands, *group);
}

}  // namespace platos::cli
