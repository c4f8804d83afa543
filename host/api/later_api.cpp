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
  constexpr const char* kSpans = R"({"spans":[]})";
  return {
      {"GET", "/api/v1/agent/monitoring/budget/caps", kChat | kRead, empty(kCaps), "List budget caps"},
      {"GET", "/api/v1/agent/monitoring/budget/status", kChat | kRead, empty(kBudget), "What is left of budgets"},
      {"GET", "/api/v1/agent/budgets", kChat | kRead, empty(kCaps), "List budget caps"},
      {"GET", "/api/v1/agent/budgets/status", kChat | kRead, empty(kBudget), "What is left of budgets"},
      {"POST", "/api/v1/agent/budgets", kWrite, not_yet("budgets"), "Set a budget cap"},
      {"DELETE", "/api/v1/agent/budgets/{id}", kWrite, not_yet("budgets"), "Delete a budget cap"},
      {"POST", "/api/v1/agent/budgets/{id}/override", kWrite, not_yet("budgets"), "Lift a budget cap for a while"},
      {"GET", "/api/v1/agent/monitoring/traces/{traceId}", kChat | kRead, empty(kSpans), "Spans of a trace"},
      {"GET", "/api/v1/agent/monitoring/trace/{threadId}", kChat | kRead, empty(kSpans), "Spans of a thread"},
      {"POST", "/api/v1/agent/monitoring/approvals/expiry-sweep", kAdmin,
       not_yet("sweep: approvals expire by themselves"), "Let approvals expire that are due"},
  };
}

std::vector<Route> agent_rows() {
  constexpr const char* kCanary = R"({"canaryVersionId":null,"canaryPercent":0,"perVersion":[]})";
  constexpr const char* kTemplates = "test templates of agents";
  return {
      {"PATCH", "/api/v1/agent/agents/{id}/canary", kWrite, not_yet("canaries"),
       "Give a version a part of the threads"},
      {"GET", "/api/v1/agent/agents/{id}/canary/metrics", kChat | kRead, empty(kCanary), "How a canary does"},
      {"POST", "/api/v1/agent/agents/{id}/canary/promote", kWrite, not_yet("canaries"),
       "Make the canary the current version"},
      {"GET", "/api/v1/agent/feature-flags", kChat | kRead, empty(R"({"featureFlags":[]})"), "List feature flags"},
      {"PATCH", "/api/v1/agent/agents/{id}/feature-flags", kWrite, not_yet("feature flags"), "Set feature flags"},
      {"GET", "/api/v1/agent/postman-templates", kChat | kRead, empty(R"({"templates":[]})"), "List test templates"},
      {"POST", "/api/v1/agent/postman-templates", kWrite, not_yet(kTemplates), "Create a test template"},
      {"PUT", "/api/v1/agent/postman-templates/{id}", kWrite, not_yet(kTemplates), "Change a test template"},
      {"DELETE", "/api/v1/agent/postman-templates/{id}", kWrite, not_yet(kTemplates), "Delete a test template"},
  };
}

std::vector<Route> task_rows() {
  constexpr const char* kTasks = "tasks of operators";
  return {
      {"GET", "/api/v1/agent/platos-tasks", kChat | kRead, empty(R"({"tasks":[]})"), "List operators' tasks"},
      {"GET", "/api/v1/agent/platos-tasks/{id}", kChat | kRead, missing("task_not_found", "task"),
       "Get an operator's task"},
      {"POST", "/api/v1/agent/platos-tasks", kWrite, not_yet(kTasks), "Create an operator's task"},
      {"PATCH", "/api/v1/agent/platos-tasks/{id}", kWrite, not_yet(kTasks), "Change an operator's task"},
      {"DELETE", "/api/v1/agent/platos-tasks/{id}", kWrite, not_yet(kTasks), "Delete an operator's task"},
      {"POST", "/api/v1/agent/platos-tasks/{id}/run", kWrite, not_yet(kTasks), "Run an operator's task"},
  };
}

std::vector<Route> background_rows() {
  return {
      {"GET", "/api/v1/agent/trigger/tasks", kChat | kRead, empty(R"({"tasks":[]})"), "List background tasks"},
      {"POST", "/api/v1/agent/trigger/tasks/{id}/trigger", kWrite, not_yet("background operations"),
       "Trigger a background task"},
      {"GET", "/api/v1/agent/trigger/runs", kChat | kRead, empty(R"({"runs":[]})"), "List runs of background tasks"},
      {"GET", "/api/v1/agent/trigger/runs/{id}", kChat | kRead, missing("run_not_found", "run"),
       "Get a run of a background task"},
      {"POST", "/api/v1/agent/trigger/runs/{id}/cancel", kWrite, not_yet("background operations"),
       "Cancel a run of a background task"},
      {"POST", "/api/v1/agent/trigger/runs/{id}/replay", kWrite, not_yet("background operations"),
       "Run a background task again"},
      {"GET", "/api/v1/agent/trigger/schedules", kChat | kRead, empty(R"({"schedules":[]})"), "List schedules"},
      {"POST", "/api/v1/agent/trigger/schedules", kWrite, not_yet("schedules"), "Create a schedule"},
      {"POST", "/api/v1/agent/trigger/schedules/{id}/activate", kWrite, not_yet("schedules"), "Switch a schedule on"},
      {"POST", "/api/v1/agent/trigger/schedules/{id}/deactivate", kWrite, not_yet("schedules"),
       "Switch a schedule off"},
      {"DELETE", "/api/v1/agent/trigger/schedules/{id}", kWrite, not_yet("schedules"), "Delete a schedule"},
      {"POST", "/api/v1/agent/trigger/batches/{id}", kWrite, not_yet("batches"), "Trigger a batch"},
      {"GET", "/api/v1/agent/trigger/batches/{id}", kChat | kRead, missing("batch_not_found", "batch"), "Get a batch"},
  };
}

}  // namespace

std::vector<Route> later_routes(const Services&, const ApiOptions&) {
  std::vector<Route> routes;
  for (auto* part : {&budget_rows, &agent_rows, &task_rows, &background_rows}) {
    for (auto& route : part()) routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace platos::api
