// Approvals: what is open, and deciding it.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/approval_decision.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/wire.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::int64_t kDayUs = 24LL * 3600 * 1'000'000;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json json_or_null(const std::string& text) {
  return text.empty() ? Json() : model::parse_bounded(text, "arguments").value_or(Json());
}

Json resolution_of(const model::Approval& approval) {
  if (approval.resolved_us == 0) return {};
  const bool approved = approval.state == model::ApprovalState::Approved;
  return {{"response", approved ? "approve" : "reject"},
          {"reason", text_or_null(approval.comment)},
          {"resolvedByUserId", text_or_null(approval.responded_by)}};
}

// Both shapes that clients know, in one: the server's row, and the published client's type.
Json approval_to_wire(const model::Approval& approval, std::int64_t now_us) {
  const bool pending = approval.state == model::ApprovalState::Pending;
  const bool expired = pending && approval.deadline_us <= now_us;
  return {{"id", approval.id},
          {"approvalId", approval.id},
          {"organizationId", approval.scope.organization_id},
          {"projectId", approval.scope.project_id},
          {"environmentId", approval.scope.environment_id},
          {"scope",
           {{"organizationId", approval.scope.organization_id},
            {"projectId", approval.scope.project_id},
            {"environmentId", approval.scope.environment_id}}},
          {"source", approval.source},
          {"runId", approval.run_id},
          {"callId", approval.call_id},
          {"agentId", approval.agent_id},
          {"threadId", approval.thread_id},
          {"requestedBy", approval.requested_by},
          {"action", approval.action},
          {"question", approval.action},
          {"details", text_or_null(approval.details)},
          {"context", text_or_null(approval.details)},
          {"status", model::to_text(approval.state)},
          {"toolName", text_or_null(approval.tool)},
          {"args", approval.tool.empty() ? Json() : json_or_null(approval.arguments_json)},
          {"argsSchema", json_or_null(approval.schema_json)},
          {"editedArgs", json_or_null(approval.edited_arguments_json)},
          {"editedByUserId", text_or_null(approval.edited_by)},
          {"requestHash", approval.request_hash},
          {"approvalsNeeded", approval.policy.needed},
          {"approvalsGiven", approval.approvals},
          {"allowedRoles", approval.policy.roles},
          {"timeoutSeconds", approval.policy.timeout_s},
          {"createdAt", time_to_wire(approval.created_us)},
          {"updatedAt", time_to_wire(std::max(approval.created_us, approval.resolved_us))},
          {"resolvedAt", time_to_wire(approval.resolved_us)},
          {"respondedBy", text_or_null(approval.responded_by)},
          {"comment", text_or_null(approval.comment)},
          {"resolution", resolution_of(approval)},
          {"deadlineAt", pending ? time_to_wire(approval.deadline_us) : Json()},
          {"timeoutAt", time_to_wire(approval.deadline_us)},
          {"secondsRemaining", pending && !expired ? Json((approval.deadline_us - now_us) / 1'000'000) : Json()},
          {"expired", expired}};
}

Result<store::ApprovalFilter> filter_of(const Call& call) {
  store::ApprovalFilter filter;
  const auto days = query_number(call, "sinceDays", 30, 1, 365);
  const auto limit = query_number(call, "limit", 50, 1, 200);
  const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
  for (const auto* each : {&days, &limit, &offset}) {
    if (!*each) return fail(each->error());
  }
  filter.agent_id = call.query_value("agentId");
  filter.thread_id = call.query_value("threadId");
  filter.source = call.query_value("source");
  if (const std::string status = call.query_value("status"); !status.empty()) {
    const auto state = model::approval_state_from_text(status);
    if (state == model::ApprovalState::Unspecified)
      return fail(model::invalid_field("status", "pending, approved, rejected, timed_out or cancelled", status));
    filter.state = model::to_text(state);
  }
  filter.since_us = call.loop().clock().wall_us() - *days * kDayUs;
  filter.limit = *limit;
  filter.offset = *offset;
  return filter;
}

struct ApprovalHandlers {
  Services services;
  ApiOptions options;

  Task<Response> list(Call call) const {
    const auto filter = filter_of(call);
    if (!filter) co_return error_response(filter.error(), call.request.request_id);
    const auto page = co_await services.approvals.list(call.loop(), call.who, *filter);
    const std::int64_t now_us = call.loop().clock().wall_us();
    co_return answer_with(call, 200, page, [&](const governance::ApprovalPage& found) {
      Json rows = Json::array();
      for (const auto& approval : found.approvals) rows.push_back(approval_to_wire(approval, now_us));
      Json body = {{"rows", rows},
                   {"approvals", rows},
                   {"total", found.total},
                   {"pendingCount", found.pending},
                   {"limit", filter->limit},
                   {"offset", filter->offset},
                   {"fetchedAt", time_to_wire(now_us)}};
      return body;
    });
  }

  Task<Response> get(Call call) const {
    const auto approval = co_await services.approvals.find(call.loop(), call.who, call.path_value("id"));
    co_return answer_with(call, 200, approval, [&](const model::Approval& found) {
      return approval_to_wire(found, call.loop().clock().wall_us());
    });
  }

  Task<Result<model::Approval>> decide(const Call& call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return fail(body.error());
    auto decision = decision_from_json(*body);
    if (!decision) co_return fail(decision.error());
    co_return co_await services.approvals.decide(call.loop(), call.who, call.path_value("id"), std::move(*decision));
  }

  /// The published client reads the approval itself.
  Task<Response> resolve_monitored(Call call) const {
    const auto approval = co_await decide(call);
    co_return answer_with(call, 201, approval, [&](const model::Approval& found) {
      return approval_to_wire(found, call.loop().clock().wall_us());
    });
  }

  Task<Response> resolve(Call call) const {
    const auto approval = co_await decide(call);
    co_return answer_with(call, 201, approval, [](const model::Approval& found) {
      Json body = {{"resolved", found.state != model::ApprovalState::Pending},
                   {"approvalId", found.id},
                   {"token", found.id},
                   {"approved", found.state == model::ApprovalState::Approved},
                   {"status", model::to_text(found.state)},
                   {"approvalsGiven", found.approvals},
                   {"approvalsNeeded", found.policy.needed}};
      if (!found.edited_arguments_json.empty()) body["editedArgsApplied"] = true;
      return body;
    });
  }
};

}  // namespace

std::vector<Route> approval_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const ApprovalHandlers>(ApprovalHandlers{services, options});
  const auto to = [handlers](Task<Response> (ApprovalHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/api/v1/agent/monitoring/approvals", kChat | kRead, to(&ApprovalHandlers::list), "List approvals"},
      {"GET", "/api/v1/agent/monitoring/approvals/{id}", kChat | kRead, to(&ApprovalHandlers::get), "Get an approval"},
      {"POST", "/api/v1/agent/monitoring/approvals/{id}/resolve", kChat,
       once(services.replays, to(&ApprovalHandlers::resolve_monitored)), "Resolve an approval: approve or reject"},
      {"POST", "/api/v1/agent/approvals/{id}/resolve", kChat, once(services.replays, to(&ApprovalHandlers::resolve)),
       "Resolve an approval: yes or no, with other arguments if need be"},
      {"POST", "/api/v1/agent/durable-approvals/{id}/resolve", kChat,
       once(services.replays, to(&ApprovalHandlers::resolve)), "The same: an approval's id is its token"},
  };
}

}  // namespace platos::api
