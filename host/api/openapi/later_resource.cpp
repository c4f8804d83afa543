// Routes whose subsystem is not here yet: host/docs/later.md.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Operation reads(std::string_view route, std::string_view id, std::initializer_list<std::string_view> lists) {
  Json schema = object({}, {{"total", integer_from(0)},
                            {"pendingCount", integer_from(0)},
                            {"limit", integer_from(0)},
                            {"offset", integer_from(0)},
                            {"blocked", boolean()},
                            {"canaryVersionId", or_null(text())},
                            {"canaryPercent", integer_in(0, 100)},
                            {"fetchedAt", time()}});
  schema["required"] = Json::array();
  for (const auto& list : lists) {
    schema["properties"][std::string(list)] = list_of(any_value());
    schema["required"].push_back(list);
  }
  // The same answer under all the names that clients and servers have had for it.
  for (const auto* name : {"tools", "results", "rows"}) {
    if (!schema["properties"].contains(name)) schema["properties"][name] = list_of(any_value());
  }
  return operation(route, id).gives(200, "Empty, until its subsystem comes", std::move(schema));
}

Operation writes(std::string_view route, std::string_view id) {
  return operation(route, id)
      .takes(any_object())
      .gives(201, "Not before its subsystem comes", any_object())
      .fails({501});
}

Operation deletes(std::string_view route, std::string_view id) {
  return operation(route, id).gives(200, "Not before its subsystem comes", any_object()).fails({501});
}

Operation finds(std::string_view route, std::string_view id) {
  return operation(route, id).gives(200, "Not before its subsystem comes", any_object());
}

std::vector<Operation> governance_operations() {
  return {reads("GET /api/v1/agent/monitoring/budget/caps", "listMonitoredBudgetCaps", {"caps"}),
          reads("GET /api/v1/agent/monitoring/budget/status", "getMonitoredBudgetStatus", {"caps"}),
          reads("GET /api/v1/agent/budgets", "listBudgetCaps", {"caps"}),
          reads("GET /api/v1/agent/budgets/status", "getBudgetStatus", {"caps"}),
          writes("POST /api/v1/agent/budgets", "setBudgetCap"),
          deletes("DELETE /api/v1/agent/budgets/{id}", "deleteBudgetCap"),
          writes("POST /api/v1/agent/budgets/{id}/override", "overrideBudgetCap"),
          writes("POST /api/v1/agent/monitoring/approvals/expiry-sweep", "sweepApprovals"),
          reads("GET /api/v1/agent/monitoring/traces/{traceId}", "getTrace", {"spans"}),
          reads("GET /api/v1/agent/monitoring/trace/{threadId}", "getTraceOfThread", {"spans"})};
}

std::vector<Operation> background_operations() {
  return {reads("GET /api/v1/agent/trigger/tasks", "listTasks", {"tasks"}),
          writes("POST /api/v1/agent/trigger/tasks/{id}/trigger", "triggerTask"),
          reads("GET /api/v1/agent/trigger/runs", "listTaskRuns", {"runs"}),
          finds("GET /api/v1/agent/trigger/runs/{id}", "getTaskRun"),
          writes("POST /api/v1/agent/trigger/runs/{id}/cancel", "cancelTaskRun"),
          writes("POST /api/v1/agent/trigger/runs/{id}/replay", "replayTaskRun"),
          reads("GET /api/v1/agent/trigger/schedules", "listSchedules", {"schedules"}),
          writes("POST /api/v1/agent/trigger/schedules", "createSchedule"),
          writes("POST /api/v1/agent/trigger/schedules/{id}/activate", "activateSchedule"),
          writes("POST /api/v1/agent/trigger/schedules/{id}/deactivate", "deactivateSchedule"),
          deletes("DELETE /api/v1/agent/trigger/schedules/{id}", "deleteSchedule"),
          writes("POST /api/v1/agent/trigger/batches/{id}", "triggerBatch"),
          finds("GET /api/v1/agent/trigger/batches/{id}", "getBatch")};
}

std::vector<Operation> agent_operations() {
  return {writes("PATCH /api/v1/agent/agents/{id}/canary", "setCanary"),
          reads("GET /api/v1/agent/agents/{id}/canary/metrics", "getCanaryMetrics", {"perVersion"})
              .tells("No agent has a canary: `canaryPercent` is 0."),
          writes("POST /api/v1/agent/agents/{id}/canary/promote", "promoteCanary"),
          reads("GET /api/v1/agent/feature-flags", "listFeatureFlags", {"featureFlags"}),
          writes("PATCH /api/v1/agent/agents/{id}/feature-flags", "setFeatureFlags"),
          reads("GET /api/v1/agent/postman-templates", "listTestTemplates", {"templates"}),
          writes("POST /api/v1/agent/postman-templates", "createTestTemplate"),
          writes("PUT /api/v1/agent/postman-templates/{id}", "updateTestTemplate"),
          deletes("DELETE /api/v1/agent/postman-templates/{id}", "deleteTestTemplate")};
}

std::vector<Operation> task_operations() {
  return {reads("GET /api/v1/agent/platos-tasks", "listOperatorTasks", {"tasks"}),
          finds("GET /api/v1/agent/platos-tasks/{id}", "getOperatorTask"),
          writes("POST /api/v1/agent/platos-tasks", "createOperatorTask"),
          writes("PATCH /api/v1/agent/platos-tasks/{id}", "updateOperatorTask"),
          deletes("DELETE /api/v1/agent/platos-tasks/{id}", "deleteOperatorTask"),
          writes("POST /api/v1/agent/platos-tasks/{id}/run", "runOperatorTask")};
}

std::vector<Operation> artifact_operations() {
  return {operation("GET /api/v1/agent/threads/{id}/artifacts", "listArtifacts")
              .gives(200, "Empty, until its subsystem comes", listing("artifacts", any_object()))};
}

}  // namespace

Resource later_resource() {
  Resource resource{"Later",
                    "Routes of the published client whose subsystem is not here yet: reads are empty, writes are 501.",
                    {},
                    governance_operations()};
  for (auto* part : {&agent_operations, &task_operations, &background_operations, &artifact_operations}) {
    for (auto& each : part()) resource.operations.push_back(std::move(each));
  }
  return resource;
}

}  // namespace platos::api::openapi
