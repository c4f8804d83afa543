// Calls of tools: test calls, the audit, whole results, and calls whose outcome nobody knows.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/resume.hpp"
#include "api/tools_wire.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"
#include "store/tool_results.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::int64_t kAuditDayUs = 24LL * 3600 * 1'000'000;

struct AuditPage {
  std::vector<store::ToolAuditRow> rows;
  std::int64_t total = 0;
};

Error audited_call_not_found(const std::string& id) {
  return {ErrorKind::NotFound,
          "tool_call_not_found",
          "there is no audited call \"" + base::printable(id, 60) + "\"",
          false,
          0,
          {}};
}

struct ToolCallHandlers {
  Services services;
  ApiOptions options;

  Task<Response> make_call(Call call, std::string tool, const Json& body) const {
    auto trial = read_trial(body);
    if (!trial) co_return error_response(trial.error(), call.request.request_id);
    trial->who = call.who;
    trial->tool = std::move(tool);
    if (!call.who.agent_id.empty()) trial->agent = call.who.agent_id;
    const auto made = co_await services.trials.call(call.loop(), std::move(*trial));
    co_return answer_with(call, 200, made, [](const store::ToolAuditRow& row) {
      Json answer = to_wire(row, true);
      answer["tool"] = row.model_name;
      answer["auditId"] = row.id;
      answer["durationMs"] = answer["latencyMs"];
      answer["body"] = answer["result"];
      return answer;
    });
  }

  Task<Response> test(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto source = optional_text(*body, "sourceEntityId");
    if (!source) co_return error_response(source.error(), call.request.request_id);
    auto tool = co_await tool_of(call, call.path_value("id"), source->value_or(""));
    if (!tool) co_return error_response(tool.error(), call.request.request_id);
    co_return co_await make_call(std::move(call), std::move(*tool), *body);
  }

  /// What the source has by this name.
  Task<Result<std::string>> tool_of(const Call& call, std::string name, std::string source) const {
    if (source.empty()) co_return name;
    const auto all = co_await services.tools.list(call.loop(), call.who.scope);
    if (!all) co_return fail(all.error());
    const auto found = std::find_if(all->begin(), all->end(), [&](const tools::ListedTool& each) {
      return is_of_source(each, source) && (each.tool->name == name || tools::is_named(each, name));
    });
    if (found == all->end()) co_return fail(tools::tool_not_found(source + "/" + name));
    co_return found->tool->model_name;
  }

  Task<Response> execute(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto tool = required_text(*body, "tool");
    if (!tool) co_return error_response(tool.error(), call.request.request_id);
    co_return co_await make_call(std::move(call), std::move(*tool), *body);
  }

  Task<Response> audit(Call call) const {
    const auto days = query_number(call, "sinceDays", 30, 1, 365);
    const auto limit = query_number(call, "limit", 50, 1, 200);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    for (const auto* each : {&days, &limit, &offset}) {
      if (!*each) co_return error_response(each->error(), call.request.request_id);
    }
    store::ToolAuditFilter filter;
    filter.thread_id = call.query_value("threadId");
    filter.agent_id = call.who.agent_id.empty() ? call.query_value("agentId") : call.who.agent_id;
    filter.tool = call.query_value("toolName");
    filter.status = call.query_value("status");
    filter.instance = call.query_value("entityId");
    filter.run_id = call.query_value("runId");
    const std::int64_t now_us = call.loop().clock().wall_us();
    filter.since_us = now_us - *days * kAuditDayUs;
    filter.limit = *limit;
    filter.offset = *offset;
    const auto read = services.database.read(
        call.loop(), [scope = call.who.scope, filter](store::Session& session) -> Result<AuditPage> {
          store::ToolAudit audit(session);
          return AuditPage{audit.list(scope, filter, false), audit.count(scope, filter)};
        });
    const auto page = co_await read;
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& row : page->rows) rows.push_back(to_wire(row, false));
    co_return json_response(200, {{"rows", std::move(rows)},
                                  {"total", page->total},
                                  {"limit", *limit},
                                  {"offset", *offset},
                                  {"fetchedAt", time_to_wire(now_us)}});
  }

  Task<Response> audited(Call call) const {
    const auto read = services.database.read(
        call.loop(),
        [who = call.who, id = call.path_value("callId")](store::Session& session) -> Result<store::ToolAuditRow> {
          auto row = store::ToolAudit(session).find(who.scope, id);
          if (!row || who.is_kept_from(row->agent_id)) return fail(audited_call_not_found(id));
          return std::move(*row);
        });
    const auto row = co_await read;
    co_return answer_with(call, 200, row, [](const store::ToolAuditRow& each) { return to_wire(each, true); });
  }

  Task<Response> replay(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto confirmed = optional_bool(*body, "confirm");
    if (!confirmed) co_return error_response(confirmed.error(), call.request.request_id);
    const auto replayed =
        co_await services.trials.replay(call.loop(), call.who, call.path_value("callId"), confirmed->value_or(false));
    const Json now = time_to_wire(call.loop().clock().wall_us());
    co_return answer_with(call, 200, replayed, [&now](const tools::Trials::Replay& each) {
      return Json{
          {"original", to_wire(each.original, true)}, {"replay", to_wire(each.replay, true)}, {"replayedAt", now}};
    });
  }

  Task<Response> whole_result(Call call) const {
    const auto read = services.database.read(
        call.loop(),
        [who = call.who, run = call.path_value("id"),
         id = call.path_value("call")](store::Session& session) -> Result<store::WholeResult> {
          if (const auto own = find_run(session, who, run); !own) return fail(own.error());
          auto kept = store::ToolResults(session).get(who.scope, run, id);
          if (kept) return std::move(*kept);
          return fail(ErrorKind::NotFound, "tool_result_not_found",
                      "no whole result was kept of this call: it was short enough, or there is no such call");
        });
    const auto kept = co_await read;
    co_return answer_with(call, 200, kept, [&call](const store::WholeResult& whole) {
      return Json{{"runId", call.path_value("id")},
                  {"callId", call.path_value("call")},
                  {"bytes", whole.bytes},
                  {"text", whole.text},
                  {"createdAt", time_to_wire(whole.created_us)}};
    });
  }

  Task<Response> unknown(Call call) const {
    const auto limit = query_number(call, "limit", 100, 1, 500);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    const auto rows =
        co_await services.tools.unknown_outcomes(call.loop(), call.who.scope, call.query_value("runId"), *limit);
    co_return answer_list(call, "calls", rows, [](const store::LedgerRow& row) { return to_wire(row); });
  }

  Task<Response> settle(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto outcome = required_text(*body, "outcome");
    if (!outcome) co_return error_response(outcome.error(), call.request.request_id);
    if (*outcome != "succeeded" && *outcome != "failed") {
      co_return error_response(
          invalid_field("outcome", "\"succeeded\" or \"failed\"", "\"" + base::printable(*outcome, 40) + "\""),
          call.request.request_id);
    }
    const auto given = body->find("result");
    std::string result = given == body->end() ? "null" : model::dump(*given);
    const auto settled =
        co_await services.tools.settle(call.loop(), call.who, call.path_value("id"), call.path_value("call"),
                                       *outcome == "succeeded", std::move(result));
    co_return answer_with(call, 200, settled, [](const store::LedgerRow& row) { return to_wire(row); });
  }
};

}  // namespace

std::vector<Route> tool_call_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const ToolCallHandlers>(ToolCallHandlers{services, options});
  const auto to = [handlers](Task<Response> (ToolCallHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"POST", "/api/v1/agent/tools/execute", kWrite, to(&ToolCallHandlers::execute), "Call a tool by its name"},
      {"POST", "/api/v1/agent/tools/{id}/test", kWrite, to(&ToolCallHandlers::test), "Call a tool as a test"},
      {"GET", "/api/v1/agent/monitoring/tool-audit", kRead, to(&ToolCallHandlers::audit),
       "List calls of tools, newest first"},
      {"GET", "/api/v1/agent/monitoring/tool-audit/{callId}", kRead, to(&ToolCallHandlers::audited),
       "One call of a tool, with its arguments and its result"},
      {"POST", "/api/v1/agent/monitoring/tool-audit/{callId}/replay", kAdmin, to(&ToolCallHandlers::replay),
       "Make a call again"},
      {"GET", "/api/v1/agent/monitoring/tool-calls/unknown", kRead, to(&ToolCallHandlers::unknown),
       "Calls whose outcome nobody knows"},
      {"GET", "/api/v1/runs/{id}/tool-calls/{call}/result", kChat | kRead, to(&ToolCallHandlers::whole_result),
       "The whole result of a call, when models saw only its beginning"},
      {"POST", "/api/v1/runs/{id}/tool-calls/{call}/settle", kAdmin, to(&ToolCallHandlers::settle),
       "Say what became of a call whose outcome nobody knows"},
  };
}

}  // namespace platos::api
