// The server itself: health, plugins, routes, this document. And Socket.IO, of which HTTP is only the envelope.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json plugin_instance() {
  return object({{"name", text()},
                 {"component", text()},
                 {"interface", or_null(text())},
                 {"state", text()},
                 {"error", or_null(text())}});
}

Json plugin_row() {
  return object({{"id", text()},
                 {"name", or_null(text())},
                 {"version", or_null(text())},
                 {"description", or_null(text())},
                 {"folder", or_null(text())},
                 {"shipped", boolean()},
                 {"state", text()},
                 {"error", or_null(text())},
                 {"trust", text()},
                 {"interfaces", list_of(text())},
                 {"warnings", list_of(text())},
                 {"instances", list_of(ref("PluginInstance"))}});
}

Json health(std::initializer_list<std::string_view> status) {
  return object(
      {{"status", words(status)}, {"service", words({"platos"})}, {"version", text()}, {"timestamp", time()}});
}

Json readiness() {
  return {{"allOf", Json::array({health({"ready", "not_ready"}),
                                 object({{"checks", object({{"store", text()}, {"accepting", text()}})},
                                         {"runs", described(integer_from(0), "Under way")}})})}};
}

Operation health_operation(std::string_view route, std::string_view id) {
  return operation(route, id).gives(200, "The process answers", ref("Health"));
}

Operation document_operation(std::string_view route, std::string_view id) {
  return operation(route, id).gives(200, "An OpenAPI 3.1 document", any_object());
}

std::vector<Operation> system_operations() {
  return {
      health_operation("GET /api/health", "getHealth"),
      health_operation("GET /api/health/live", "getLiveness"),
      operation("GET /api/health/ready", "getReadiness")
          .gives(200, "New turns are taken", ref("Readiness"))
          .gives(503, "New turns are not taken", ref("Readiness")),
      operation("GET /metrics", "getMetrics").gives_text("Metrics, as Prometheus reads them"),
      operation("GET /api/v1/plugins", "listPlugins").gives(200, "All plugins", listing("plugins", ref("Plugin"))),
      operation("GET /api/v1/plugins/{id}", "getPlugin").gives(200, "The plugin", ref("Plugin")),
      operation("GET /api/v1/routes", "listRoutes")
          .gives(200, "All routes",
                 object({{"routes", list_of(object({{"method", text()}, {"path", text()}, {"summary", text()}}))}})),
      operation("GET /api/v1/agent/connect", "getConnection")
          .gives(200, "Where and how to connect",
                 object({{"websocket", any_object()}, {"rest", any_object()}, {"toolSync", any_object()}})),
      document_operation("GET /api/v1/agent/openapi.json", "getOpenApi"),
      document_operation("GET /openapi.json", "getOpenApiAtRoot"),
      document_operation("GET /openapi", "getOpenApiByShortName")};
}

Operation backend_socket(const char* route, const char* id) {
  Operation of = operation(route, id);
  of.query("entity", text(), "The entity's own id; absent: the secret says it")
      .query("env", text(), "Id or type of the environment; absent: DEVELOPMENT")
      .query("instance", text(), "Connections of several instances stand side by side")
      .gives_nothing(101, "A WebSocket with the frames of the SDK")
      .fails({400, 401, 404, 429});
  return of;
}

Operation& with_session(Operation& of) {
  return of.must_query("EIO", words({"4"}), "The protocol's version")
      .must_query("transport", words({"polling", "websocket"}), "How packets travel")
      .query("sid", text(), "Of a session that was begun")
      .gives_text("Packets of Engine.IO")
      .gives(400, "Refused by the protocol, or before", {{"anyOf", Json::array({ref("SocketRefusal"), ref("Error")})}});
}

}  // namespace

Resource system_resource() {
  return {"System",
          "Health, plugins, metrics and this document.",
          {{"Health", health({"ok"})},
           {"Readiness", readiness()},
           {"PluginInstance", plugin_instance()},
           {"Plugin", plugin_row()}},
          system_operations()};
}

Resource sockets_resource() {
  Operation begin = operation("GET /socket.io/", "pollSocket");
  Operation send = operation("POST /socket.io/", "sendToSocket");
  return {"Sockets",
          "Socket.IO 5. Its clients speak it; the names here are only the envelope of their packets.",
          {{"SocketRefusal", object({{"code", integer_in(0, 5)}, {"message", text()}})}},
          {with_session(begin), with_session(send), backend_socket("GET /ws/sdk", "connectBackend"),
           backend_socket("GET /tools/sync", "connectBackendBySync"),
           backend_socket("GET /tools/sync/ws/sdk", "connectBackendBySyncSdk")}};
}

}  // namespace platos::api::openapi
