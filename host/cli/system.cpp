// platos status, platos version, platos openapi.
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

/// "4 active, 1 unbound", of all instances.
std::string count_states(const Json& plugins) {
  std::map<std::string, int> counts;
  for (const auto& plugin : plugins) {
    for (const auto& instance : plugin.value("instances", Json::array())) ++counts[text_of(instance, "state")];
  }
  std::string text;
  for (const auto& [state, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + state;
  return text;
}

Error not_platos(const std::string& url) {
  return {
      ErrorKind::Internal, "not_platos", url + " does not answer like a Platos server; check PLATOS_URL", false, 0, {}};
}

Result<void> status(Connection& connection, bool json) {
  const std::string url = connection.address().url;
  const auto reply = connection.ask("GET", "/api/health/ready");
  if (!reply) return fail(reply.error());
  auto health = model::parse_bounded(reply->body, "the answer");
  if (!health || text_of(*health, "service") != "platos") return fail(not_platos(url));
  const auto page = connection.get("/api/v1/plugins");
  const Json plugins = page ? page->value("plugins", Json::array()) : Json();
  if (json) {
    (*health)["url"] = url;
    (*health)["plugins"] = plugins;
    print_json(*health);
  } else {
    const Json checks = health->value("checks", Json::object());
    print_fields({{"server", url},
                  {"version", text_of(*health, "version")},
                  {"status", text_of(*health, "status")},
                  {"store", text_of(checks, "store")},
                  {"new turns", text_of(checks, "accepting")},
                  {"live runs", text_of(*health, "runs")},
                  {"instances", page ? count_states(plugins) : "not shown: " + page.error().message}});
  }
  if (reply->status == 200) return {};
  return fail(ErrorKind::Unavailable, "not_ready",
              "the server takes no new turns (" + text_of(*health, "status") + "); its log says why");
}

int version(const Globals& globals) {
  Json versions = {{"client", kPlatosVersion}, {"server", nullptr}};
  const auto address = find_address(globals);
  if (!address) return report(address.error());
  Connection connection(*address);
  const auto health = connection.get("/api/health");
  if (health && text_of(*health, "service") == "platos") versions["server"] = text_of(*health, "version");
  if (globals.json) {
    print_json(versions);
  } else {
    const std::string server = text_of(versions, "server");
    print_fields({{"platos", std::string(kPlatosVersion)},
                  {"platosd", server.empty() ? "no server answers at " + address->url : server}});
  }
  return kExitOk;
}

Result<void> openapi(Connection& connection) {
  const auto document = connection.get("/openapi.json");
  if (!document) return fail(document.error());
  print_json(*document);
  return {};
}

}  // namespace

void define_system(const Commands& commands) {
  auto* status_command =
      add_command(commands.app, "status",
                  "Tell whether the server is well: its version, its store, its runs, its plugins. Exit code 5 when it "
                  "does not answer or takes no new turns",
                  "platos status --json");
  status_command->callback([commands] {
    commands.action = [&globals = commands.globals] {
      return with_connection(globals, [&](Connection& to) { return status(to, globals.json); });
    };
  });
  auto* version_command =
      add_command(commands.app, "version", "Print the version of this program and, when it answers, of the server",
                  "platos version");
  version_command->callback(
      [commands] { commands.action = [&globals = commands.globals] { return version(globals); }; });
  auto* openapi_command = add_command(commands.app, "openapi",
                                      "Print the server's API as an OpenAPI 3.1 document, of which clients are made",
                                      "platos openapi > openapi.json");
  openapi_command->callback(
      [commands] { commands.action = [&globals = commands.globals] { return with_connection(globals, openapi); }; });
}

}  // namespace platos::cli
