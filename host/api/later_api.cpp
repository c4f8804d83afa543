// Routes of the published client whose subsystem is not here yet: reads answer with the right empty shapes, writes with
// 501. host/docs/later.md lists them.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/responses.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

/// An empty list in all the shapes that clients and servers have had for it.
RouteHandler empty(const char* json) {
  return [json](Call call) -> Task<Response> {
    Json body = Json::parse(json);
    if (body.contains("fetchedAt")) body["fetchedAt"] = time_to_wire(call.loop().clock().wall_us());
    co_return json_response(200, body);
  };
}

/// Nothing has an id where nothing can be made.
RouteHandler missing(const char* code, const char* what) {
  return [code, what](Call call) -> Task<Response> {
    const std::string& id = call.path.begin()->second;
    co_return error_response({ErrorKind::NotFound,
                              code,
                              std::string("there is no ") + what + " \"" + base::printable(id, 80) + "\"",
                              false,
                              0,
                              {}},
                             call.request.request_id);
  };
}

RouteHandler not_yet(const char* what) {
  return [what](Call call) -> Task<Response> {
    co_return error_response({ErrorKind::Unimplemented,
                              "not_implemented",
                              std::string("this version of Platos has no ") + what + " yet",
                              false,
                              0,
                              {}},
                             call.request.request_id);
  };
}

constexpr const char* kCaps = R"({"caps":[]})";
constexpr const char* kBudget = R"({"caps":[],"blocked":false})";

std::vector<Route> budget_rows() {
  return {
      {"GET", "/api/v1/agent/monitoring/budget/caps", kChat | kRead, empty(kCaps), "List budget caps"},
      {"GET", "/api/v1/agent/monitoring/budget/status", kChat | kRead, empty(kBudget), "What is left of budgets"},
      {"GET", "/api/v1/agent/budgets", kChat | kRead, empty(kCaps), "List budget caps"},
      {"GET", "/api/v1/agent/budgets/status", kChat | kRead, empty(kBudget), "What is left of budgets"},
      {"GET", "/api/v1/agent/monitoring/traces/{traceId}", kRead, empty(R"({"spans":[]})"), "Spans of a trace"},
      {"GET", "/api/v1/agent/monitoring/trace/{threadId}", kRead, empty(R"({"spans":[]})"), "Spans of a thread"},
  };
}

std::vector<Route> background_rows() {
  return {
      {"GET", "/api/v1/agent/trigger/tasks", kRead, empty(R"({"tasks":[]})"), "List background tasks"},
      {"POST", "/api/v1/agent/trigger/tasks/{id}/trigger", kWrite, not_yet("background operations"),
       "Trigger a background task"},
      {"GET", "/api/v1/agent/trigger/runs", kRead, empty(R"({"runs":[]})"), "List runs of background tasks"},
      {"GET", "/api/v1/agent/trigger/runs/{id}", kRead, missing("run_not_found", "run"),
       "Get a run of a background task"},
      {"POST", "/api/v1/agent/trigger/runs/{id}/cancel", kWrite, not_yet("background operations"),
       "Cancel a run of a background task"},
      {"POST", "/api/v1/agent/trigger/runs/{id}/replay", kWrite, not_yet("background operations"),
       "Run a background task again"},
      {"GET", "/api/v1/agent/trigger/schedules", kRead, empty(R"({"schedules":[]})"), "List schedules"},
      {"POST", "/api/v1/agent/trigger/schedules", kWrite, not_yet("schedules"), "Create a schedule"},
      {"POST", "/api/v1/agent/trigger/schedules/{id}/activate", kWrite, not_yet("schedules"), "Switch a schedule on"},
      {"POST", "/api/v1/agent/trigger/schedules/{id}/deactivate", kWrite, not_yet("schedules"),
       "Switch a schedule off"},
      {"DELETE", "/api/v1/agent/trigger/schedules/{id}", kWrite, not_yet("schedules"), "Delete a schedule"},
      {"POST", "/api/v1/agent/trigger/batches/{id}", kWrite, not_yet("batches"), "Trigger a batch"},
      {"GET", "/api/v1/agent/trigger/batches/{id}", kRead, missing("batch_not_found", "batch"), "Get a batch"},
  };
}

}  // namespace

std::vector<Route> later_routes(const Services&, const ApiOptions&) {
  std::vector<Route> routes;
  for (auto* part : {&budget_rows, &background_rows}) {
    for (auto& route : part()) routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace platos::api
