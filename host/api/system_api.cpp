// Plugins and health.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/responses.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

struct SystemHandlers {
  Services services;
  ApiOptions options;

  Task<Response> plugins(Call) const {
    Json rows = Json::array();
    for (const auto& plugin : services.plugins.list()) rows.push_back(to_wire(plugin));
    const auto total = rows.size();
    co_return json_response(200, {{"plugins", std::move(rows)}, {"total", total}});
  }

  Task<Response> plugin(Call call) const {
    const std::string id = call.path_value("id");
    for (const auto& plugin : services.plugins.list()) {
      if (plugin.id == id) co_return json_response(200, to_wire(plugin));
    }
    co_return error_response({ErrorKind::NotFound,
                              "plugin_not_found",
                              "there is no plugin \"" + base::printable(id, 80) + "\"",
                              false,
                              0,
                              {}},
                             call.request.request_id);
  }

  Json health_body(const Call& call, const char* status) const {
    return {{"status", status},
            {"service", "platos"},
            {"version", kPlatosVersion},
            {"timestamp", base::format_iso8601(call.loop().clock().wall_us())}};
  }

  // From atomics alone: a full queue or a silent provider never delays these.
  Task<Response> health(Call call) const { co_return json_response(200, health_body(call, "ok")); }

  Task<Response> ready(Call call) const {
    const bool writable = services.database.writable();
    const bool draining = services.engine.draining();
    Json body = health_body(call, writable && !draining ? "ready" : "not_ready");
    body["checks"] = {{"store", writable ? "ok" : services.database.refusal().code},
                      {"accepting", draining ? "draining" : "ok"}};
    body["runs"] = services.engine.live_count();
    co_return json_response(writable && !draining ? 200 : 503, body);
  }
};

}  // namespace

std::vector<Route> system_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const SystemHandlers>(SystemHandlers{services, options});
  const auto to = [handlers](Task<Response> (SystemHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/api/v1/plugins", kRead, to(&SystemHandlers::plugins), "List plugins and their instances"},
      {"GET", "/api/v1/plugins/{id}", kRead, to(&SystemHandlers::plugin), "Get a plugin"},
      {"GET", "/api/health", kPublic, to(&SystemHandlers::health), "The process answers", false, false, true},
      {"GET", "/api/health/live", kPublic, to(&SystemHandlers::health), "The process answers", false, false, true},
      {"GET", "/api/health/ready", kPublic, to(&SystemHandlers::ready), "New turns are taken", false, false, true},
  };
}

}  // namespace platos::api
