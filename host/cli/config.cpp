// platos config ...: reads what platosd would read, and needs no daemon.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "config/loader.hpp"
#include "config/paths.hpp"

namespace platos::cli {
namespace {

Result<config::Loaded> load(const Globals& globals, const std::string& file) {
  config::Sources sources;
  sources.file = file;
  if (file.empty()) {
    sources.file = config::find_paths("", "").config_file;
    sources.file_required = false;
  }
  sources.environment = config::environment_overrides();
  const std::string data_dir = given_data_dir(globals);
  if (!data_dir.empty()) sources.command_line.emplace_back("data.dir", data_dir);
  return config::load(sources);
}

Json to_json(const config::Loaded& loaded) {
  Json json = Json::object();
  for (const auto& setting : config::setting_table()) {
    const std::string key(setting.key);
    const auto origin = loaded.origins.find(key);
    json[key]["origin"] = origin == loaded.origins.end() ? "default" : origin->second;
    std::visit([&](auto member) { json[key]["value"] = loaded.settings.*member; }, setting.member);
    if (json[key]["value"].is_string()) {
      json[key]["value"] = base::without_password(json[key]["value"].get<std::string>());
    }
  }
  return json;
}

Result<void> show(const Globals& globals, const std::string& file) {
  const auto loaded = load(globals, file);
  if (!loaded) return fail(loaded.error());
  if (globals.json) {
    print_json(to_json(*loaded));
  } else {
    std::fputs(config::print(loaded->settings, loaded->origins).c_str(), stdout);
  }
  return {};
}

Result<void> check(const Globals& globals, const std::string& file) {
  const auto loaded = load(globals, file);
  if (!loaded) return fail(loaded.error());
  if (globals.json) {
    print_json({{"valid", true}});
  } else {
    std::puts("the configuration is valid");
  }
  return {};
}

}  // namespace

void define_config(const Commands& commands) {
  auto* group = add_group(commands.app, "config", "Configuration of platosd on this machine; no server is needed");
  const auto command = [&](const char* name, const char* description, const char* example, auto work) {
    auto file = std::make_shared<std::string>();
    auto* added = add_command(*group, name, description, example);
    added->add_option("--config", *file, "Configuration file (default: /etc/platos/platos.toml, if it is there)");
    added->callback([commands, file, work] {
      commands.action = [&globals = commands.globals, file, work] {
        const auto done = work(globals, *file);
        return done ? 0 : report(done.error());
      };
    });
  };
  command("show", "Print every setting with its value, meaning and origin, as TOML",
          "platos config show --config platos.toml", &show);
  command("check", "Check the configuration: exit code 0 when it is valid, 1 with the reason when not",
          "platos config check --config platos.toml", &check);
}

}  // namespace platos::cli
