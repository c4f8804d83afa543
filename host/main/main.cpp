// platosd: reads the configuration, runs the daemon.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <optional>

#include "base/environment.hpp"
#include "base/version.hpp"
#include "main/migrate.hpp"
#include "main/options.hpp"
#include "main/run.hpp"

namespace {

using namespace platos;

struct Flags {
  std::string config_file;
  std::string listen;
  std::string data_dir;
  std::string plugin_dir;
  std::vector<std::string> settings;
  std::string migrate;
  bool insecure_listen = false;
  bool check_config = false;
  bool print_config = false;
  bool safe_mode = false;
  bool version = false;
};

void define(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config_file,
                 "Configuration file (default: /etc/platos/platos.toml, if it is there)");
  app.add_option("--listen", flags.listen, "Address and port, such as 127.0.0.1:3100");
  app.add_flag("--insecure-listen", flags.insecure_listen, "Allow an address that is not loopback, without TLS");
  app.add_option("--data-dir", flags.data_dir, "Data directory");
  app.add_option("--plugin-dir", flags.plugin_dir, "Folder of further plugins");
  app.add_option("--set", flags.settings, "A setting, as section.key=value; may be repeated");
  app.add_flag("--check-config", flags.check_config, "Check the configuration and exit: 0 valid, 1 invalid, 2 usage");
  app.add_flag("--print-config", flags.print_config, "Print every setting with its origin and exit");
  app.add_option("--migrate", flags.migrate, "status, plan or apply: look at or update the schema and exit")
      ->check(CLI::IsMember({"status", "plan", "apply"}));
  app.add_flag("--safe-mode", flags.safe_mode, "Load only plugins that are part of the package");
  app.add_flag("--version", flags.version, "Print the version and exit");
}

/// nullopt after a message: the flags make no sense.
std::optional<config::Sources> to_sources(const Flags& flags) {
  config::Sources sources;
  sources.file = flags.config_file;
  sources.environment = config::environment_overrides();
  for (const auto& setting : flags.settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      std::cerr << "platosd: --set " << setting << ": expected section.key=value\n";
      return std::nullopt;
    }
    sources.command_line.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (!flags.listen.empty()) sources.command_line.emplace_back("http.listen", flags.listen);
  if (flags.insecure_listen) sources.command_line.emplace_back("http.insecure_listen", "true");
  if (!flags.data_dir.empty()) sources.command_line.emplace_back("data.dir", flags.data_dir);
  if (!flags.plugin_dir.empty()) sources.command_line.emplace_back("plugins.dir", flags.plugin_dir);
  return sources;
}

}  // namespace

int main(int argc, char** argv) {
  base::take_environment();
  Flags flags;
  CLI::App app{"platosd, the Platos agent runtime", "platosd"};
  define(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? daemon::kExitOk : daemon::kExitUsage;
  }
  if (flags.version) {
    std::cout << "platosd " << kPlatosVersion << '\n';
    return daemon::kExitOk;
  }
  auto sources = to_sources(flags);
  if (!sources) return daemon::kExitUsage;
  if (sources->file.empty()) {
    sources->file = config::find_paths("", "").config_file;
    sources->file_required = false;
  }
  auto loaded = config::load(*sources);
  if (!loaded) {
    std::cerr << "platosd: " << loaded.error().message << '\n';
    return daemon::kExitFailed;
  }
  if (flags.print_config) {
    std::cout << config::print(loaded->settings, loaded->origins);
    return daemon::kExitOk;
  }
  // A file that was there must be there when it is read again: its absence would mean the defaults.
  sources->file_required = sources->file_required || std::filesystem::exists(sources->file);
  if (const auto checked = daemon::check_proxy(loaded->settings); !checked) {
    std::cerr << "platosd: " << checked.error().message << '\n';
    return daemon::kExitFailed;
  }
  if (const auto checked = daemon::check_mail(loaded->settings); !checked) {
    std::cerr << "platosd: " << checked.error().message << '\n';
    return daemon::kExitFailed;
  }
  if (flags.check_config) {
    std::cout << "the configuration is valid\n";
    return daemon::kExitOk;
  }
  daemon::DaemonOptions options;
  options.paths = config::find_paths(loaded->settings.data_dir, loaded->settings.plugin_dir);
  options.sources = std::move(*sources);
  options.config = std::move(*loaded);
  options.safe_mode = flags.safe_mode;
  options.arguments.assign(argv, argv + argc);
  if (!flags.migrate.empty()) return daemon::run_migrate(options, flags.migrate);
  return daemon::run_daemon(options);
}
