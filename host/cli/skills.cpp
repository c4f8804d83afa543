// platos skills ...: install, list, attach; and validate, which needs no server.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/folder.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"
#include "model/skill.hpp"

namespace platos::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSkills = "/api/v1/agent/skills";

struct SkillOptions {
  std::string id;
  std::string agent;
  std::string what;
  std::string checksum;
  std::string version;
  bool official = false;
  Page page;
};

std::string path_of(const std::string& id) { return std::string(kSkills) + "/" + encode_component(id); }

std::string joined(const Json& list) {
  std::string text;
  for (const auto& each : list)
    text += (text.empty() ? "" : ", ") + (each.is_string() ? each.get<std::string>() : each.dump());
  return text;
}

/// The folder's own name, also of "." and "x/".
std::string folder_name(const std::string& path) {
  std::error_code failure;
  fs::path whole = fs::absolute(path, failure).lexically_normal();
  if (whole.filename().empty()) whole = whole.parent_path();
  return whole.filename().string();
}

Result<std::string> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(model::kMaxSkillPackageBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || !file.is_open())
    return fail(ErrorKind::NotFound, "file_not_found", "\"" + path + "\" cannot be read");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() <= model::kMaxSkillPackageBytes) return bytes;
  return fail(ErrorKind::TooLarge, "skill_too_large", "\"" + path + "\" is larger than 4 MiB");
}

/// What to send for a folder: looked at here first, so that mistakes are told without a server.
Result<Json> folder_body(const std::string& path) {
  auto files = base::read_folder(path);
  if (!files) return fail(files.error());
  const std::string folder = folder_name(path);
  Json body = {{"folder", folder}, {"files", Json::array()}};
  for (const auto& [name, content] : *files) {
    const bool is_text = base::is_valid_utf8(content) && content.find('\0') == std::string::npos;
    Json file = {{"path", name}};
    file[is_text ? "content" : "contentBase64"] = is_text ? content : base::to_base64url(content);
    body["files"].push_back(std::move(file));
  }
  const auto package = model::make_skill_package(std::move(*files), folder);
  if (!package) return fail(package.error());
  return body;
}

Result<Json> body_of(const std::string& what) {
  std::error_code unknown;
  if (what.starts_with("https://") || what.starts_with("http://")) return Json{{"url", what}};
  if (fs::is_directory(what, unknown)) return folder_body(what);
  if (!fs::exists(what, unknown)) return Json{{"official", what}};
  auto bytes = read_bytes(what);
  if (!bytes) return fail(bytes.error());
  if (what.ends_with(".md")) {
    if (!base::is_valid_utf8(*bytes))
      return fail(ErrorKind::InvalidArgument, "skill_not_utf8", "\"" + what + "\" is not UTF-8; convert it");
    return Json{{"source", std::move(*bytes)}};
  }
  return Json{{"archive", base::to_base64url(*bytes)}};
}

void show_skill(const Json& skill, bool json) {
  if (json) return print_json(skill);
  std::string tools;
  for (const auto& tool : skill.value("providesTools", Json::array()))
    tools += (tools.empty() ? "" : ", ") + text_of(tool, "exposedName") +
             (tool.value("available", false) ? "" : " (not here)");
  std::string files;
  for (const auto& file : skill.value("files", Json::array()))
    files += (files.empty() ? "" : ", ") + text_of(file, "path");
  std::string variables;
  const Json states = skill.value("envSetMap", Json::object());
  for (const auto& [name, set] : states.items())
    variables += (variables.empty() ? "" : ", ") + name + (set == true ? " (set)" : " (not set)");
  print_fields({{"id", text_of(skill, "id")},
                {"skill", text_of(skill, "skillId")},
                {"name", text_of(skill, "name")},
                {"description", text_of(skill, "description")},
                {"version", text_of(skill, "version")},
                {"installation", text_of(skill, "versionNumber")},
                {"checksum", text_of(skill, "checksum")},
                {"origin", text_of(skill, "origin")},
                {"imported from", text_of(skill, "importedFrom")},
                {"variables", variables},
                {"tools", tools},
                {"files", files},
                {"ready", text_of(skill, "ready")},
                {"problem", text_of(skill, "problem")},
                {"warnings", joined(skill.value("warnings", Json::array()))},
                {"updated", time_of(skill, "updatedAt")}});
}

Result<void> show_answer(const Result<Json>& answer, bool json) {
  if (!answer) return fail(answer.error());
  show_skill(answer->value("skill", Json::object()), json);
  return {};
}

Result<void> print_rows(const Result<Json>& answer, const char* member, bool json,
                        const std::vector<std::pair<const char*, const char*>>& columns) {
  if (!answer) return fail(answer.error());
  const Json rows = answer->value(member, Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table;
  for (const auto& [header, column] : columns) table.header.emplace_back(header);
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& [header, column] : columns) cells.push_back(text_of(row, column));
    table.rows.push_back(std::move(cells));
  }
  print_table(table);
  note_rest(rows.size(), *answer);
  return {};
}

Result<void> list(Connection& connection, const SkillOptions& options, bool json) {
  if (options.official) {
    return print_rows(
        connection.get(std::string(kSkills) + "/official"), "skills", json,
        {{"SKILL", "skillId"}, {"VERSION", "version"}, {"INSTALLED", "installed"}, {"DESCRIPTION", "description"}});
  }
  const std::string path = options.agent.empty() ? kSkills + query_of(options.page)
                                                 : std::string(kSkills) + "/agent/" + encode_component(options.agent);
  return print_rows(connection.get(path), "skills", json,
                    {{"SKILL", "skillId"},
                     {"VERSION", "version"},
                     {"INSTALLATION", "versionNumber"},
                     {"ORIGIN", "origin"},
                     {"READY", "ready"},
                     {"CHECKSUM", "checksum"}});
}

Result<void> show(Connection& connection, const SkillOptions& options, bool json) {
  return show_answer(connection.get(path_of(options.id)), json);
}

Result<void> install(Connection& connection, const SkillOptions& options, bool json) {
  auto body = body_of(options.what);
  if (!body) return fail(body.error());
  if (!options.checksum.empty()) (*body)["checksum"] = options.checksum;
  const std::string path = std::string(kSkills) + (body->contains("url") ? "/import" : "");
  return show_answer(connection.call("POST", path, model::dump(*body)), json);
}

Result<void> print_plain(const Result<Json>& answer, bool json) {
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(*answer);
  } else {
    Fields fields;
    for (const auto& [name, value] : answer->items()) fields.emplace_back(name, text_of(*answer, name));
    print_fields(fields);
  }
  return {};
}

Result<void> remove(Connection& connection, const SkillOptions& options, bool json) {
  return print_plain(connection.call("DELETE", path_of(options.id)), json);
}

std::string attachment(const SkillOptions& options) {
  return std::string(kSkills) + "/agent/" + encode_component(options.agent) + "/" + encode_component(options.id);
}

Result<void> attach(Connection& connection, const SkillOptions& options, bool json) {
  return show_answer(connection.call("POST", attachment(options)), json);
}

Result<void> detach(Connection& connection, const SkillOptions& options, bool json) {
  return print_plain(connection.call("DELETE", attachment(options)), json);
}

Result<void> versions(Connection& connection, const SkillOptions& options, bool json) {
  return print_rows(connection.get(path_of(options.id) + "/versions"), "versions", json,
                    {{"INSTALLATION", "versionNumber"},
                     {"CURRENT", "isCurrent"},
                     {"FILES", "fileCount"},
                     {"BYTES", "totalBytes"},
                     {"CREATED", "createdAt"},
                     {"CHECKSUM", "checksum"}});
}

Result<void> roll_back(Connection& connection, const SkillOptions& options, bool json) {
  std::uint64_t number = 0;
  if (!base::parse_uint64(options.version, number))
    return fail(model::invalid_field("VERSION", "a whole number", "\"" + base::printable(options.version, 40) + "\""));
  return show_answer(connection.call("POST", path_of(options.id) + "/rollback", model::dump({{"version", number}})),
                     json);
}

/// Missing variables of one skill, or what any of them lacks.
Result<void> check(Connection& connection, const SkillOptions& options, bool json) {
  if (options.id.empty()) {
    return print_rows(connection.get(std::string(kSkills) + "/health"), "skills", json,
                      {{"SKILL", "skillId"}, {"MISSING", "missing"}, {"PROBLEM", "problem"}, {"WARNINGS", "warnings"}});
  }
  const auto answer = connection.get(path_of(options.id));
  if (!answer) return fail(answer.error());
  const Json skill = answer->value("skill", Json::object());
  show_skill(skill, json);
  if (skill.value("ready", false)) return {};
  return fail(ErrorKind::FailedPrecondition, "missing_env",
              "the skill is not ready; set: " + joined(skill.value("missingEnv", Json::array())));
}

int validate(const Globals& globals, const SkillOptions& options) {
  auto files = base::read_folder(options.what);
  if (!files) return report(files.error());
  const auto package = model::make_skill_package(std::move(*files), folder_name(options.what));
  if (!package) return report(package.error());
  const auto& manifest = package->manifest;
  if (globals.json) {
    print_json({{"skillId", manifest.id},
                {"name", manifest.name},
                {"description", manifest.description},
                {"version", manifest.version},
                {"checksum", package->checksum},
                {"files", package->files.size()}});
  } else {
    print_fields({{"valid", manifest.id},
                  {"description", manifest.description},
                  {"files", std::to_string(package->files.size())},
                  {"checksum", package->checksum}});
  }
  return kExitOk;
}

using Work = Result<void> (*)(Connection&, const SkillOptions&, bool);
using Added = std::pair<CLI::App*, std::shared_ptr<SkillOptions>>;

void define_validate(const Commands& commands, CLI::App& group) {
  auto options = std::make_shared<SkillOptions>();
  auto* command = add_command(group, "validate", "Check a folder of a skill; needs no server",
                              "platos skills validate ./pdf-forms");
  command->add_option("FOLDER", options->what, "Folder with SKILL.md or *.skill.md")->required();
  command->callback([commands, options] {
    commands.action = [&globals = commands.globals, options] { return validate(globals, *options); };
  });
}

void define_attachments(const std::function<Added(const char*, const char*, const char*, Work)>& command) {
  const auto [attach_command, attach_options] =
      command("attach", "Let an agent use a skill", "platos skills attach pdf-forms helper", &attach);
  add_id(*attach_command, attach_options->id, "Name or id of the skill");
  attach_command->add_option("AGENT", attach_options->agent, "Id or slug of the agent")->required();
  const auto [detach_command, detach_options] =
      command("detach", "Take a skill from an agent", "platos skills detach pdf-forms helper", &detach);
  add_id(*detach_command, detach_options->id, "Name or id of the skill");
  detach_command->add_option("AGENT", detach_options->agent, "Id or slug of the agent")->required();
}

}  // namespace

void define_skills(const Commands& commands) {
  auto* group = add_group(commands.app, "skills", "Skills: instructions, references and scripts for agents");
  const auto command = [&](const char* name, const char* description, const char* example, Work work) -> Added {
    return define_command<SkillOptions>(commands, *group, name, description, example, work);
  };
  const auto [list_command, list_options] =
      command("list", "List installed skills", "platos skills list --official", &list);
  add_page(*list_command, list_options->page);
  list_command->add_flag("--official", list_options->official, "Those that the server ships, installed or not");
  list_command->add_option("--agent", list_options->agent, "Those of an agent, by id or slug");
  const auto [show_command, show_options] = command("show", "Show a skill", "platos skills show pdf-forms", &show);
  add_id(*show_command, show_options->id, "Name or id of the skill");
  const auto [install_command, install_options] =
      command("install", "Install a skill, or a new version of it", "platos skills install ./pdf-forms", &install);
  install_command
      ->add_option("WHAT", install_options->what,
                   "A folder, an archive (zip, tar.gz), a *.md file, an https address, or the id of an official skill")
      ->required();
  install_command->add_option("--checksum", install_options->checksum, "Install only what has this checksum");
  const auto [remove_command, remove_options] =
      command("remove", "Delete a skill with all versions; agents lose it", "platos skills remove pdf-forms", &remove);
  add_id(*remove_command, remove_options->id, "Name or id of the skill");
  define_attachments(command);
  const auto [versions_command, versions_options] =
      command("versions", "List versions of a skill, newest first", "platos skills versions pdf-forms", &versions);
  add_id(*versions_command, versions_options->id, "Name or id of the skill");
  const auto [back_command, back_options] =
      command("rollback", "Make another version the current one", "platos skills rollback pdf-forms 1", &roll_back);
  add_id(*back_command, back_options->id, "Name or id of the skill");
  back_command->add_option("VERSION", back_options->version, "Number of the installation")->required();
  const auto [check_command, check_options] =
      command("check", "What skills lack: variables, tools", "platos skills check", &check);
  check_command->add_option("ID", check_options->id, "Name or id of one skill (default: all that lack something)");
  define_validate(commands, *group);
}

}  // namespace platos::cli
