// platos help: the help of the program, of one command, or of all.
#include <cstdio>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"

namespace platos::cli {
namespace {

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

const CLI::App* find_child(const CLI::App& command, const std::string& name) {
  const auto found = command.get_subcommands([&name](const CLI::App* child) { return child->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

constexpr std::size_t kColumns = 100;

std::string wrap(const std::string& text) {
  std::string wrapped;
  std::size_t column = 0;
  for (const auto word : base::split(text, ' ')) {
    if (column > 0 && column + 1 + word.size() > kColumns) {
      wrapped += '\n';
      column = 0;
    } else if (column > 0) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += word.size();
  }
  return wrapped;
}

/// A list of commands shows the first sentence of each; the help of one shows all, in lines that a terminal holds.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override { return wrap(app->get_description()) + "\n\n"; }
  std::string make_subcommand(const CLI::App* sub) const override {
    const std::string description = sub->get_description();
    std::stringstream out;
    CLI::detail::format_help(out, sub->get_name(), description.substr(0, description.find(". ")), get_column_width());
    return out.str();
  }
};

struct HelpOptions {
  std::vector<std::string> words;
  bool all = false;
};

int help(const CLI::App& app, const HelpOptions& options) {
  const CLI::App* command = &app;
  for (const auto& word : options.words) {
    command = find_child(*command, word);
    if (command == nullptr) {
      return report({ErrorKind::InvalidArgument,
                     kUsageError,
                     "there is no command \"" + word + "\" (\"platos help\" lists the commands)",
                     false,
                     0,
                     {}});
    }
  }
  std::fputs(help_text(*command, options.all).c_str(), stdout);
  return kExitOk;
}

}  // namespace

std::string help_text(const CLI::App& command, bool all) {
  // Not App::help(): that shows the command that was just given, which is "help".
  std::string text = command.get_formatter()->make_help(&command, full_name(command), CLI::AppFormatMode::Normal);
  while (text.ends_with("\n\n")) text.pop_back();
  if (!all) return text;
  for (const auto* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    text += "\n== " + full_name(*child) + " ==\n\n" + help_text(*child, true);
  }
  return text;
}

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

void define_help(const Commands& commands) {
  auto options = std::make_shared<HelpOptions>();
  auto* command = add_command(commands.app, "help", "Print the help of the program, of a command, or of all commands",
                              "platos help agents create");
  command->add_option("COMMAND", options->words, "The command whose help is wanted");
  command->add_flag("--all", options->all, "The help of every command below it too, one after another");
  command->callback(
      [commands, options] { commands.action = [&app = commands.app, options] { return help(app, *options); }; });
}

}  // namespace platos::cli
