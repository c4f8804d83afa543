// platos orgs, projects, envs, users, keys, tokens, secrets, entities, audit: one table of commands, each one request.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

/// An option or argument. Its value goes into "{name}" of the path, else into the body.
struct Value {
  const char* flag;  ///< "--name", or "NAME" for an argument
  const char* member;
  const char* help;
  const char* fallback = nullptr;  ///< null: required
  bool number = false;
};

struct Column {
  const char* header;
  const char* member;
};

struct AdminCommand {
  const char* group;
  const char* name;
  const char* description;
  const char* example;
  const char* method;
  const char* path;
  std::vector<Value> values;
  const char* list = nullptr;  ///< the member that holds rows; null: the answer is one object
  std::vector<Column> columns = {};
};

constexpr Value kOrganization = {"--org", "org", "Id or slug of the organization", "default"};
constexpr Value kProject = {"--project", "project", "Id of the project", "prj_default"};
constexpr Value kName = {"--name", "name", "Name for people"};
constexpr Value kSlug = {"--slug", "slug", "Short name (default: from the name)", ""};

const std::vector<AdminCommand>& admin_commands() {
  static const std::vector<AdminCommand> commands = {
      {"orgs",
       "list",
       "List organizations",
       "platos orgs list",
       "GET",
       "/api/v1/organizations",
       {},
       "organizations",
       {{"SLUG", "slug"}, {"NAME", "name"}, {"CREATED", "createdAt"}, {"ID", "id"}}},
      {"orgs",
       "create",
       "Create an organization",
       "platos orgs create --name Acme",
       "POST",
       "/api/v1/organizations",
       {kName, kSlug}},
      {"orgs",
       "rename",
       "Rename an organization",
       "platos orgs rename org_01J --name Acme",
       "PATCH",
       "/api/v1/organizations/{id}",
       {{"ID", "id", "Id of the organization"}, kName}},
      {"orgs",
       "delete",
       "Delete an organization that is empty",
       "platos orgs delete org_01J",
       "DELETE",
       "/api/v1/organizations/{id}",
       {{"ID", "id", "Id of the organization"}}},
      {"projects",
       "list",
       "List projects",
       "platos projects list --org acme",
       "GET",
       "/api/v1/organizations/{org}/projects",
       {kOrganization},
       "projects",
       {{"SLUG", "slug"}, {"NAME", "name"}, {"CREATED", "createdAt"}, {"ID", "id"}}},
      {"projects",
       "create",
       "Create a project",
       "platos projects create --org acme --name Shop",
       "POST",
       "/api/v1/organizations/{org}/projects",
       {kOrganization, kName, kSlug}},
      {"projects",
       "delete",
       "Delete a project that is empty",
       "platos projects delete prj_01J",
       "DELETE",
       "/api/v1/projects/{id}",
       {{"ID", "id", "Id of the project"}}},
      {"envs",
       "list",
       "List environments",
       "platos envs list --project prj_01J",
       "GET",
       "/api/v1/projects/{project}/environments",
       {kProject},
       "environments",
       {{"SLUG", "slug"}, {"TYPE", "type"}, {"NAME", "name"}, {"ID", "id"}}},
      {"envs",
       "create",
       "Create an environment",
       "platos envs create --project prj_01J --name Live --type PRODUCTION",
       "POST",
       "/api/v1/projects/{project}/environments",
       {kProject, kName, kSlug, {"--type", "type", "DEVELOPMENT, STAGING, PREVIEW or PRODUCTION", "DEVELOPMENT"}}},
      {"envs",
       "delete",
       "Delete an environment that is empty",
       "platos envs delete env_01J",
       "DELETE",
       "/api/v1/environments/{id}",
       {{"ID", "id", "Id of the environment"}}},
      {"users",
       "list",
       "List members",
       "platos users list --org acme",
       "GET",
       "/api/v1/organizations/{org}/members",
       {kOrganization},
       "members",
       {{"NAME", "name"}, {"EMAIL", "email"}, {"ROLE", "role"}, {"SINCE", "createdAt"}, {"ID", "userId"}}},
      {"users",
       "add",
       "Add a member",
       "platos users add --org acme --name Ann --email ann@example.com --role admin",
       "POST",
       "/api/v1/organizations/{org}/members",
       {kOrganization,
        kName,
        {"--email", "email", "E-mail address", ""},
        {"--role", "role", "owner, admin, member or viewer", "member"}}},
      {"users",
       "role",
       "Change a member's role",
       "platos users role usr_01J admin --org acme",
       "PATCH",
       "/api/v1/organizations/{org}/members/{id}",
       {kOrganization, {"ID", "id", "Id of the user"}, {"ROLE", "role", "owner, admin, member or viewer"}}},
      {"users",
       "remove",
       "Remove a member and the member's tokens",
       "platos users remove usr_01J --org acme",
       "DELETE",
       "/api/v1/organizations/{org}/members/{id}",
       {kOrganization, {"ID", "id", "Id of the user"}}},
      {"keys",
       "show",
       "The environment's access key, without the key",
       "platos keys show --env env_01J",
       "GET",
       "/api/v1/agent/access-key",
       {}},
      {"keys",
       "generate",
       "Make or replace the access key; it is shown once",
       "platos keys generate --env env_01J",
       "POST",
       "/api/v1/agent/access-key/generate",
       {}},
      {"keys",
       "revoke",
       "Revoke the access key",
       "platos keys revoke --env env_01J",
       "DELETE",
       "/api/v1/agent/access-key",
       {}},
      {"tokens",
       "list",
       "List personal access tokens",
       "platos tokens list",
       "GET",
       "/api/v1/tokens",
       {},
       "tokens",
       {{"NAME", "name"},
        {"PREFIX", "prefix"},
        {"ROLE", "role"},
        {"USER", "userId"},
        {"EXPIRES", "expiresAt"},
        {"LAST USED", "lastUsedAt"},
        {"REVOKED", "revokedAt"},
        {"ID", "id"}}},
      {"tokens",
       "create",
       "Create a token; it is shown once",
       "platos tokens create --name ci --role member",
       "POST",
       "/api/v1/tokens",
       {kName,
        {"--role", "role", "At most owner, admin, member or viewer", "member"},
        {"--user", "userId", "Whose token (default: one's own)", ""},
        {"--ttl", "ttlSeconds", "Seconds until it expires (default: never)", "0", true}}},
      {"tokens",
       "revoke",
       "Revoke a token",
       "platos tokens revoke pat_01J",
       "DELETE",
       "/api/v1/tokens/{id}",
       {{"ID", "id", "Id of the token"}}},
      {"secrets",
       "status",
       "Whether texts are sealed, and by which master key",
       "platos secrets status",
       "GET",
       "/api/v1/agent/secrets/status",
       {}},
      {"secrets",
       "rotate-master",
       "Replace the master key while the server runs",
       "platos secrets rotate-master",
       "POST",
       "/api/v1/secrets/rotate-master",
       {}},
      {"entities",
       "list",
       "List entities",
       "platos entities list",
       "GET",
       "/api/v1/agent/entities",
       {},
       "entities",
       {{"ENTITY", "entityId"}, {"NAME", "displayName"}, {"UPDATED", "updatedAt"}, {"ID", "id"}}},
      {"entities",
       "create",
       "Create an entity; its secret is shown once",
       "platos entities create shop",
       "POST",
       "/api/v1/agent/entities",
       {{"ENTITY", "entityId", "Id of your choice"}, {"--name", "displayName", "Name for people", ""}}},
      {"entities",
       "rotate",
       "A new secret; the old one stays good for a while",
       "platos entities rotate shop --grace 3600",
       "POST",
       "/api/v1/agent/entities/{id}/rotate-secret",
       {{"ID", "id", "Id of the entity"}, {"--grace", "graceSeconds", "Seconds the old one stays good", "0", true}}},
      {"entities",
       "delete",
       "Delete an entity",
       "platos entities delete shop",
       "DELETE",
       "/api/v1/agent/entities/{id}",
       {{"ID", "id", "Id of the entity"}}},
      {"audit",
       "list",
       "Who did what, newest first",
       "platos audit list --org acme",
       "GET",
       "/api/v1/organizations/{org}/audit",
       {kOrganization},
       "rows",
       {{"WHEN", "createdAt"},
        {"ACTION", "action"},
        {"SUBJECT", "subject"},
        {"ACTOR", "actor"},
        {"ADDRESS", "address"}}},
  };
  return commands;
}

using Given = std::map<std::string, std::string>;

std::string path_of(const AdminCommand& command, const Given& given) {
  std::string path = command.path;
  for (const auto& [member, text] : given) {
    const auto at = path.find("{" + member + "}");
    if (at != std::string::npos) path.replace(at, member.size() + 2, encode_component(text));
  }
  return path;
}

std::string body_of(const AdminCommand& command, const Given& given) {
  Json body = Json::object();
  for (const auto& value : command.values) {
    const std::string& text = given.at(value.member);
    if (text.empty() || std::string(command.path).find("{" + std::string(value.member) + "}") != std::string::npos) {
      continue;
    }
    body[value.member] = value.number ? Json(std::stoll(text)) : Json(text);
  }
  return body.empty() ? std::string() : model::dump(body);
}

std::string cell_of(const Json& row, const std::string& member) {
  return member.ends_with("At") ? time_of(row, member) : text_of(row, member);
}

void print_answer(const AdminCommand& command, const Json& answer) {
  if (command.list == nullptr) {
    Fields fields;
    for (const auto& [name, value] : answer.items()) {
      if (!value.is_null()) fields.emplace_back(name, cell_of(answer, name));
    }
    print_fields(fields);
    return;
  }
  Table table;
  for (const auto& column : command.columns) table.header.emplace_back(column.header);
  const Json rows = answer.value(command.list, Json::array());
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& column : command.columns) cells.push_back(cell_of(row, column.member));
    table.rows.push_back(std::move(cells));
  }
  print_table(table);
  note_rest(rows.size(), answer);
}

Result<void> carry_out(Connection& connection, const AdminCommand& command, const Given& given, bool json) {
  const auto answer = connection.call(command.method, path_of(command, given), body_of(command, given));
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(command.list == nullptr ? *answer : answer->value(command.list, Json::array()));
  } else {
    print_answer(command, *answer);
  }
  return {};
}

void add_command_to(CLI::App& group, const Commands& commands, const AdminCommand& command) {
  auto given = std::make_shared<Given>();
  auto* added = add_command(group, command.name, command.description, command.example);
  for (const auto& value : command.values) {
    std::string& target = (*given)[value.member];
    auto* option = added->add_option(value.flag, target, value.help);
    if (value.fallback == nullptr) {
      option->required();
    } else {
      target = value.fallback;
    }
    if (value.number) option->check(CLI::NonNegativeNumber);
  }
  added->callback([commands, given, &command] {
    commands.action = [&globals = commands.globals, given, &command] {
      return with_connection(globals, [&](Connection& to) { return carry_out(to, command, *given, globals.json); });
    };
  });
}

}  // namespace

void define_administration(const Commands& commands) {
  const std::pair<const char*, const char*> groups[] = {
      {"orgs", "Organizations"},
      {"projects", "Projects of an organization"},
      {"envs", "Environments of a project"},
      {"users", "Members of an organization"},
      {"keys", "The access key of an environment"},
      {"tokens", "Personal access tokens"},
      {"secrets", "How texts are sealed"},
      {"entities", "Customers' backends, which sign session tokens"},
      {"audit", "Who did what"},
  };
  for (const auto& [name, description] : groups) {
    auto* group = add_group(commands.app, name, description);
    for (const auto& command : admin_commands()) {
      if (std::string(command.group) == name) add_command_to(*group, commands, command);
    }
    if (name == std::string_view("secrets")) define_envelopes(commands, *group);
  }
}

}  // namespace platos::cli
