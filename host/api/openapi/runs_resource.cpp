// Runs, and the ledger of what governors found in them.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json run_row() {
  return object({{"id", text()},
                 {"kind", text()},
                 {"status", ref("RunStatus")},
                 {"agentId", or_null(text())},
                 {"versionId", or_null(text())},
                 {"threadId", or_null(text())},
                 {"userId", text()},
                 {"attempt", described(integer_from(1), "Rises when another host takes the run over")},
                 {"requestId", or_null(text())},
                 {"output", described(or_null(any_object()), "Usage and steps, once the run has ended")},
                 {"error", or_null(ref("TurnError"))},
                 {"createdAt", time()},
                 {"startedAt", or_null(time())},
                 {"finishedAt", or_null(time())}});
}

Json safety_event() {
  return object({{"id", text()},
                 {"agentId", or_null(text())},
                 {"threadId", or_null(text())},
                 {"runId", or_null(text())},
                 {"userId", or_null(text())},
                 {"detector", text()},
                 {"action", described(text(), "What was done: warn, redact, block or what the governor calls it")},
                 {"severity", text()},
                 {"detail", text()},
                 {"meta", or_null(any_object())},
                 {"toolName", or_null(text())},
                 {"toolCallId", or_null(text())},
                 {"createdAt", time()}});
}

}  // namespace

Resource runs_resource() {
  return {
      "Runs",
      "Whatever takes time is a run: it outlives the request that began it, and its events can be read again.",
      {{"RunStatus", words({"queued", "running", "waiting", "completed", "failed", "canceled"})}, {"Run", run_row()}},
      {operation("GET /api/v1/runs", "listRuns")
           .pages(50, 200)
           .query("agentId", text(), "Only runs of this agent")
           .query("threadId", text(), "Only runs in this thread")
           .query("status", ref("RunStatus"), "Only runs in this state")
           .gives(200, "A page of runs", listing("runs", ref("Run"))),
       operation("GET /api/v1/runs/{id}", "getRun").gives(200, "The run", ref("Run")),
       operation("POST /api/v1/runs/{id}/cancel", "cancelRun")
           .gives(202, "The run is being cancelled", object({{"id", text()}, {"status", words({"cancelling"})}}))
           .fails({409}),
       operation("GET /api/v1/runs/{id}/events", "streamRunEvents")
           .query("after", with_default(integer_from(0), 0), "Events behind this number")
           .header("Last-Event-ID", pattern("^[0-9]+$", "A number"), "The same; it counts before `after`")
           .streams_events()
           .gives_nothing(204, "The run has ended, and there is nothing behind this number")}};
}

Resource safety_resource() {
  return {"Safety",
          "What governors found.",
          {{"SafetyEvent", safety_event()}},
          {operation("GET /api/v1/agent/monitoring/safety-events", "listSafetyEvents")
               .pages(50, 200)
               .query("sinceDays", with_default(integer_in(1, 365), 30), "Not older than so many days")
               .query("detector", text(), "Only of this detector")
               .query("action", text(), "Only with this action")
               .query("severity", text(), "Only of this severity")
               .query("threadId", text(), "Only in this thread")
               .query("agentId", text(), "Only of this agent")
               .query("userId", text(), "Only of this user")
               .gives(200, "A page of findings",
                      object({{"rows", list_of(ref("SafetyEvent"))},
                              {"total", integer_from(0)},
                              {"limit", integer_in(1, 200)},
                              {"offset", integer_from(0)}}))}};
}

}  // namespace platos::api::openapi
