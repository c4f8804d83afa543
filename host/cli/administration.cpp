// platos orgs, projects, envs, users, keys, tokens, secrets, entities, audit, providers, models: from the table to
// requests.
#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/administration_table.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

using Given = std::map<std::string, std::string>;

std::string path_of(const AdminCommand& command, const Given& given) {
  std::string path = command.path;
  for (const auto& [member, text] : given) {
    const auto at = path.find("{" + member + "}");
    if (at != std::string::npos) path.replace(at, member.size() + 2, encode_component(text));
  }
  return path;
}

/// What stands on a command line is seen by every process of the machine.
std::string is_from_input(const std::string& text) {
  return text == "-" ? "" : "write - and give it on standard input, where no other process sees it";
}

std::string first_line_of_input() {
  std::string line;
  std::getline(std::cin, line);
  while (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string body_of(const AdminCommand& command, const Given& given) {
  Json body = command.body == nullptr ? Json::object() : Json::parse(command.body);
  for (const auto& value : command.values) {
    const std::string& text = given.at(value.member);
    if (text.empty() || std::string(command.path).find("{" + std::string(value.member) + "}") != std::string::npos) {
      continue;
    }
    if (value.secret) {
      body[value.member] = first_line_of_input();
    } else {
      body[value.member] = value.number ? Json(std::stoll(text)) : Json(text);
    }
  }
  return body.empty() ? std::string() : model::dump(body);
}

std::string cell_of(const Json& row, const std::string& member) {
  if (const auto dot = member.find('.'); dot != std::string::npos) {
    const Json inner = row.value(member.substr(0, dot), Json());
    return inner.is_object() ? text_of(inner, member.substr(dot + 1)) : std::string();
  }
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
    if (value.number) option->check(is_whole_number);
    if (value.secret) option->check(is_from_input);
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
      {"entities", "Customers' backends: they offer tools, and sign session tokens"},
      {"audit", "Who did what"},
      {"providers", "Model providers and their keys"},
      {"models", "Models"},
  };
  for (const auto& [name, description] : groups) {
    auto* group = add_group(commands.app, name, description);
    for (const auto* table : {&admin_commands(), &provider_commands()}) {
      for (const auto& command : *table) {
        if (std::string(command.group) == name) add_command_to(*group, commands, command);
      }
    }
    if (name == std::string_view("secrets")) define_envelopes(commands, *group);
    if (name == std::string_view("entities")) define_entities(commands, *group);
  }
}

}  // namespace platos::cli
