// platos plugins ...
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"

namespace platos::cli {
namespace {

constexpr const char* kPlugins = "/api/v1/plugins";

Result<void> list(Connection& connection, const std::string&, bool json) {
  const auto page = connection.get(kPlugins);
  if (!page) return fail(page.error());
  const Json rows = page->value("plugins", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"ID", "VERSION", "STATE", "INSTANCES", "ERROR"}, {}};
  for (const auto& plugin : rows) {
    std::string instances;
    for (const auto& instance : plugin.value("instances", Json::array())) {
      const std::string state = text_of(instance, "state");
      instances += (instances.empty() ? "" : ", ") + text_of(instance, "name") + " (" + state + ")";
    }
    table.rows.push_back({text_of(plugin, "id"), text_of(plugin, "version"), text_of(plugin, "state"), instances,
                          text_of(plugin, "error")});
  }
  print_table(table);
  return {};
}

Result<void> show(Connection& connection, const std::string& id, bool json) {
  const auto plugin = connection.get(std::string(kPlugins) + "/" + encode_component(id));
  if (!plugin) return fail(plugin.error());
  if (json) {
    print_json(*plugin);
    return {};
  }
  print_fields({{"id", text_of(*plugin, "id")},
                {"name", text_of(*plugin, "name")},
                {"version", text_of(*plugin, "version")},
                {"description", text_of(*plugin, "description")},
                {"state", text_of(*plugin, "state")},
                {"error", text_of(*plugin, "error")},
                {"shipped", text_of(*plugin, "shipped")},
                {"trust", text_of(*plugin, "trust")},
                {"folder", text_of(*plugin, "folder")},
                {"interfaces", text_of(*plugin, "interfaces")},
                {"warnings", text_of(*plugin, "warnings")}});
  Table table{{"INSTANCE", "COMPONENT", "INTERFACE", "STATE", "ERROR"}, {}};
  for (const auto& instance : plugin->value("instances", Json::array())) {
    table.rows.push_back({text_of(instance, "name"), text_of(instance, "component"), text_of(instance, "interface"),
                          text_of(instance, "state"), text_of(instance, "error")});
  }
  if (!table.rows.empty()) print_table(table);
  return {};
}

}  // namespace

void define_plugins(const Commands& commands) {
  auto* group = add_group(commands.app, "plugins", "Plugins: the models and tools that agents can use");
  const auto command = [&](const char* name, const char* description, const char* example, auto work) {
    return define_command<std::string>(commands, *group, name, description, example, work);
  };
  command("list", "List plugins, their instances, and why one does not work", "platos plugins list", &list);
  const auto [show_command, id] =
      command("show", "Show one plugin and its instances", "platos plugins show dev.platos.provider-openai", &show);
  add_id(*show_command, *id, "Id of the plugin");
}

}  // namespace platos::cli
