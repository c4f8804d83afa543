// What people are asked to decide.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

constexpr const char* kAboutApprovals =
    "What agents may not do before people have said yes. The first word that decides holds; silence is a no. A yes to "
    "what somebody has edited needs the present requestHash; a key counts once, whatever users it names.";

Json state() { return words({"pending", "approved", "rejected", "timed_out", "cancelled"}); }

Json decision() {
  Json json = object({}, {{"approved", boolean()},
                          {"response", words({"approve", "approved", "reject", "rejected", "deny", "denied"})},
                          {"decision", words({"approve", "approved", "reject", "rejected", "deny", "denied"})},
                          {"comment", or_null(text())},
                          {"reason", or_null(text())},
                          {"editedArgs", or_null(any_object())},
                          {"requestHash", or_null(text())}});
  return needs_one_of(std::move(json), {"approved", "response", "decision"});
}

Schema approval() {
  return {"Approval", object({{"id", text()},
                              {"approvalId", text()},
                              {"source", words({"tool_call", "request_approval", "loop_detector"})},
                              {"status", state()},
                              {"action", text()},
                              {"runId", text()},
                              {"callId", text()},
                              {"agentId", text()},
                              {"threadId", text()},
                              {"requestedBy", text()},
                              {"requestHash", text()},
                              {"timeoutSeconds", integer_from(1)},
                              {"createdAt", time()},
                              {"expired", boolean()}},
                             {{"organizationId", text()},
                              {"projectId", text()},
                              {"environmentId", text()},
                              {"scope", any_object()},
                              {"question", text()},
                              {"details", or_null(text())},
                              {"context", or_null(text())},
                              {"toolName", or_null(text())},
                              {"args", any_value()},
                              {"argsSchema", any_value()},
                              {"editedArgs", any_value()},
                              {"editedByUserId", or_null(text())},
                              {"approvalsNeeded", integer_from(1)},
                              {"approvalsGiven", integer_from(0)},
                              {"allowedRoles", list_of(text())},
                              {"updatedAt", time()},
                              {"resolvedAt", or_null(time())},
                              {"respondedBy", or_null(text())},
                              {"comment", or_null(text())},
                              {"resolution", any_value()},
                              {"deadlineAt", or_null(time())},
                              {"timeoutAt", time()},
                              {"secondsRemaining", or_null(integer_from(0))}})};
}

Operation resolves(std::string_view route, std::string_view id) {
  return operation(route, id)
      .takes(decision())
      .gives(201, "How it stands now",
             object({{"resolved", boolean()}, {"approvalId", text()}, {"approved", boolean()}, {"status", state()}},
                    {{"token", text()},
                     {"approvalsGiven", integer_from(0)},
                     {"approvalsNeeded", integer_from(1)},
                     {"editedArgsApplied", boolean()}}))
      .fails({409});
}

}  // namespace

Resource approvals_resource() {
  return {"Approvals",
          kAboutApprovals,
          {approval()},
          {operation("GET /api/v1/agent/monitoring/approvals", "listApprovals")
               .query("status", text(), "Only these; also denied and expired")
               .query("agentId", text(), "Only of this agent")
               .query("threadId", text(), "Only of this thread")
               .query("source", text(), "Only of this source")
               .query("sinceDays", integer_from(1), "Not older")
               .pages(50, 200)
               .gives(200, "Newest first, under two names",
                      object({{"rows", list_of(ref("Approval"))},
                              {"approvals", list_of(ref("Approval"))},
                              {"total", integer_from(0)},
                              {"pendingCount", integer_from(0)},
                              {"limit", integer_from(0)},
                              {"offset", integer_from(0)},
                              {"fetchedAt", time()}})),
           operation("GET /api/v1/agent/monitoring/approvals/{id}", "getApproval")
               .gives(200, "The approval", ref("Approval")),
           operation("POST /api/v1/agent/monitoring/approvals/{id}/resolve", "resolveMonitoredApproval")
               .takes(decision())
               .gives(201, "The approval as it stands now", ref("Approval"))
               .fails({409}),
           resolves("POST /api/v1/agent/approvals/{id}/resolve", "resolveApproval"),
           resolves("POST /api/v1/agent/durable-approvals/{id}/resolve", "resolveDurableApproval")}};
}

}  // namespace platos::api::openapi
