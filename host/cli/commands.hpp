// What the files of the command groups share.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/connection.hpp"

namespace platos::cli {

/// What the command line asks for; returns the exit code.
using Action = std::function<int()>;

/// Where a group defines its commands. Everything is borrowed and outlives the parsing and the action.
struct Commands {
  CLI::App& app;
  const Globals& globals;
  Action& action;  ///< set by the command that was given
};

/// A command with an example below its help. Options it does not know go to the program: --json may stand anywhere.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example);
/// A command that only holds others.
CLI::App* add_group(CLI::App& parent, const std::string& name, const std::string& description);
/// The required argument ID of a command.
void add_id(CLI::App& command, std::string& id, const std::string& meaning);

/// Checks of options, for check(): decimal digits, and no other form of a number. Why it is none; empty: it is one.
std::string is_whole_number(const std::string& text);
std::string is_count(const std::string& text);  ///< from 1

/// --limit and --offset of a list.
struct Page {
  std::string limit;
  std::string offset;
};
void add_page(CLI::App& command, Page& page);
/// "?limit=..&offset=.." with what was given; `more` are further "name=value" parts, values encoded.
std::string query_of(const Page& page, const std::vector<std::string>& more = {});

/// Finds the server, runs `work`, and reports its error. The exit code.
int with_connection(const Globals& globals, const std::function<Result<void>(Connection&)>& work);

/// A command that asks the server. `work` gets an `Options` of the command's own, to which its options are bound, and
/// whether --json was given.
template <typename Options>
std::pair<CLI::App*, std::shared_ptr<Options>> define_command(const Commands& commands, CLI::App& group,
                                                              const char* name, const char* description,
                                                              const char* example,
                                                              Result<void> (*work)(Connection&, const Options&, bool)) {
  auto options = std::make_shared<Options>();
  auto* added = add_command(group, name, description, example);
  added->callback([commands, options, work] {
    commands.action = [&globals = commands.globals, options, work] {
      return with_connection(globals, [&](Connection& to) { return work(to, *options, globals.json); });
    };
  });
  return {added, options};
}

void define_chat(const Commands& commands);
void define_agents(const Commands& commands);
void define_threads(const Commands& commands);
/// Into the group `threads`.
void define_thread_changes(const Commands& commands, CLI::App& threads);
void define_runs(const Commands& commands);
void define_approvals(const Commands& commands);
void define_tools(const Commands& commands);
void define_governors(const Commands& commands);
void define_skills(const Commands& commands);
void define_plugins(const Commands& commands);
void define_system(const Commands& commands);
void define_administration(const Commands& commands);
/// Into the group `secrets`.
void define_envelopes(const Commands& commands, CLI::App& secrets);
/// Into the group `entities`.
void define_entities(const Commands& commands, CLI::App& entities);
void define_migrate(const Commands& commands);
void define_config(const Commands& commands);
void define_help(const Commands& commands);

/// How help looks.
std::shared_ptr<CLI::FormatterBase> help_formatter();
/// The help of one command and, with `all`, of everything below it, as plain text.
std::string help_text(const CLI::App& command, bool all);

}  // namespace platos::cli
