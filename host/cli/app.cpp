#include "cli/app.hpp"

#include <clocale>
#include <cstdlib>
#include <limits>

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"

namespace platos::cli {
namespace {

constexpr const char* kFooter =
    "The server is found by --url, PLATOS_URL, or the file \"url\" of the data directory; the key by PLATOS_API_KEY, "
    "or\n"
    "the file \"admin.key\" there. The data directory is --data-dir, PLATOS_DATA_DIR, or the default of platosd.\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 denied, 5 no server or not ready.\n"
    "\"platos help --all\" prints the help of every command.";

// Characters must have widths, whatever the environment says; everything else stays as in C.
void use_unicode() {
  std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
}

void define_globals(CLI::App& app, Globals& globals) {
  app.add_option("--url", globals.url, "Address of the server, such as http://127.0.0.1:3100");
  app.add_option("--data-dir", globals.data_dir, "Data directory of the local platosd");
  app.add_option("--env", globals.environment,
                 "Id of the environment (default: PLATOS_ENVIRONMENT, else the default one)");
  app.add_flag("--json", globals.json, "Print one JSON document instead of text for people");
  app.set_version_flag("--version", "platos " + std::string(kPlatosVersion), "Print the version of this program");
  app.footer(kFooter);
  app.formatter(help_formatter());
  app.require_subcommand(1);
  app.fallthrough();
}

/// "; did you mean ...?" for a first word that is no command.
std::string suggestion(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == argv[1]) return {};
    names.push_back(command->get_name());
  }
  const std::string nearest = base::closest(argv[1], names);
  return "there is no command \"" + std::string(argv[1]) + "\"" +
         (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?");
}

int explain(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error);
    return kExitOk;
  }
  const std::string unknown = suggestion(app, argc, argv);
  const std::string message = unknown.empty() ? error.what() : unknown;
  return report(
      {ErrorKind::InvalidArgument, kUsageError, message + " (\"platos help\" lists the commands)", false, 0, {}});
}

/// Empty: it is one.
std::string is_number_from(std::uint64_t least, const std::string& text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::uint64_t number = 0;
  if (base::parse_uint64(text, number) && number >= least && number <= kMost) return {};
  return "expected a whole number from " + std::to_string(least) + " on in digits, found \"" + text + "\"";
}

int parse_and_run(int argc, char** argv) {
  Globals globals;
  Action action;
  CLI::App app{"platos, the command line client of Platos, an agent runtime", "platos"};
  define_globals(app, globals);
  const Commands commands{app, globals, action};
  for (const auto define : {&define_chat, &define_agents, &define_threads, &define_runs, &define_skills, &define_tools,
                            &define_governors, &define_approvals, &define_plugins, &define_administration,
                            &define_system, &define_migrate, &define_config, &define_help}) {
    define(commands);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error, argc, argv);
  }
  const int code = action ? action() : static_cast<int>(kExitUsage);
  // What was written before, as by a command that flushes each line, left its mark only.
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (code == kExitOk && !written) {
    return report(
        {ErrorKind::Internal, "output", "standard output cannot be written: is its disk full?", false, 0, {}});
  }
  return code;
}

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example) {
  auto* command = parent.add_subcommand(name, description);
  command->fallthrough();
  command->footer("Example:\n  " + example);
  return command;
}

CLI::App* add_group(CLI::App& parent, const std::string& name, const std::string& description) {
  auto* group = parent.add_subcommand(name, description);
  group->fallthrough();
  group->require_subcommand(1);
  group->footer("");
  return group;
}

void add_id(CLI::App& command, std::string& id, const std::string& meaning) {
  command.add_option("ID", id, meaning)->required()->check([](const std::string& text) {
    return text.empty() ? std::string("an id cannot be empty") : std::string();
  });
}

std::string is_whole_number(const std::string& text) { return is_number_from(0, text); }

std::string is_count(const std::string& text) { return is_number_from(1, text); }

void add_page(CLI::App& command, Page& page) {
  command.add_option("--limit", page.limit, "At most so many rows")->check(is_count);
  command.add_option("--offset", page.offset, "Leave out so many rows first")->check(is_whole_number);
}

std::string query_of(const Page& page, const std::vector<std::string>& more) {
  std::vector<std::string> parts = more;
  if (!page.limit.empty()) parts.push_back("limit=" + encode_component(page.limit));
  if (!page.offset.empty()) parts.push_back("offset=" + encode_component(page.offset));
  std::string query;
  for (const auto& part : parts) query += (query.empty() ? "?" : "&") + part;
  return query;
}

int with_connection(const Globals& globals, const std::function<Result<void>(Connection&)>& work) {
  auto address = find_address(globals);
  if (!address) return report(address.error());
  Connection connection(std::move(*address));
  const auto done = work(connection);
  return done ? static_cast<int>(kExitOk) : report(done.error());
}

int run(int argc, char** argv) {
  use_unicode();
  try {
    return parse_and_run(argc, argv);
  } catch (const std::exception& escaped) {
    return report({ErrorKind::Internal, "internal", std::string("internal error: ") + escaped.what(), false, 0, {}});
  }
}

}  // namespace platos::cli
