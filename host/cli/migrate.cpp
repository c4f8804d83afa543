// platos migrate ...: hands over to platosd, which alone opens the database.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"

namespace platos::cli {
namespace {

int hand_over(const Globals& globals, const std::string& what, const std::string& file) {
  if (globals.json) {
    return report(
        {ErrorKind::InvalidArgument, kUsageError, "platos migrate prints text only: leave --json out", false, 0, {}});
  }
  std::error_code ignored;
  const auto platosd = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "platosd";
  std::vector<std::string> command = {platosd.string(), "--migrate", what};
  if (!file.empty()) command.insert(command.end(), {"--config", file});
  const std::string data_dir = given_data_dir(globals);
  if (!data_dir.empty()) command.insert(command.end(), {"--data-dir", data_dir});
  std::vector<char*> arguments;
  for (auto& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  return report({ErrorKind::Internal,
                 "platosd_missing",
                 platosd.string() + " cannot be run: " + std::strerror(errno),
                 false,
                 0,
                 {}});
}

}  // namespace

void define_migrate(const Commands& commands) {
  auto* group = add_group(commands.app, "migrate", "Schema of the database; apply needs a stopped platosd");
  const auto command = [&](const char* name, const char* description, const char* example) {
    auto file = std::make_shared<std::string>();
    auto* added = add_command(*group, name, description, example);
    added->add_option("--config", *file, "Configuration file (default: that of platosd)");
    added->callback([&globals = commands.globals, &action = commands.action, name = std::string(name), file] {
      action = [&globals, name, file] { return hand_over(globals, name, *file); };
    });
  };
  command("status", "Version of the schema, and how much is pending", "platos migrate status");
  command("plan", "The SQL that apply would run", "platos migrate plan");
  command("apply", "Bring the schema up to date", "platos migrate apply");
}

}  // namespace platos::cli
