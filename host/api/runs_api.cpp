// Runs: list, get, cancel, events.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/paging.hpp"
#include "api/responses.hpp"
#include "api/resume.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"
#include "store/runs.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

struct RunPage {
  std::vector<model::RunRecord> runs;
  std::int64_t total = 0;
};

struct RunHandlers {
  Services services;
  ApiOptions options;

  Task<Response> list(Call call) const {
    store::RunFilter filter;
    const auto limit = query_number(call, "limit", 50, 1, 200);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    if (!offset) co_return error_response(offset.error(), call.request.request_id);
    filter.user_id = call.who.user_id;
    filter.agent_id = call.who.agent_id.empty() ? call.query_value("agentId") : call.who.agent_id;
    filter.thread_id = call.query_value("threadId");
    filter.state = call.query_value("status");
    filter.limit = *limit;
    filter.offset = *offset;
    const auto read = services.database.read(
        call.loop(), [scope = call.who.scope, filter](store::Session& session) -> Result<RunPage> {
          store::Runs runs(session);
          return RunPage{runs.list(scope, filter), runs.count(scope, filter)};
        });
    const auto page = co_await read;
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& run : page->runs) rows.push_back(to_wire(run));
    co_return json_response(200, {{"runs", std::move(rows)}, {"total", page->total}});
  }

  Task<Response> get(Call call) const {
    const auto read = services.database.read(
        call.loop(),
        [who = call.who, id = call.path_value("id")](store::Session& session) { return find_run(session, who, id); });
    const auto run = co_await read;
    if (!run) co_return error_response(run.error(), call.request.request_id);
    co_return json_response(200, to_wire(*run));
  }

  Task<Response> cancel(Call call) const {
    const auto read = services.database.read(
        call.loop(),
        [who = call.who, id = call.path_value("id")](store::Session& session) { return find_run(session, who, id); });
    if (const auto run = co_await read; !run) co_return error_response(run.error(), call.request.request_id);
    const auto cancelled = co_await services.engine.cancel(call.loop(), call.who.scope, call.path_value("id"));
    if (!cancelled) co_return error_response(cancelled.error(), call.request.request_id);
    co_return json_response(202, {{"id", call.path_value("id")}, {"status", "cancelling"}});
  }

  Task<Response> events(Call call) const {
    std::string run_id = call.path_value("id");
    return stream_run(services, options, std::move(call), std::move(run_id));
  }
};

}  // namespace

std::vector<Route> run_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const RunHandlers>(RunHandlers{services, options});
  const auto to = [handlers](Task<Response> (RunHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/api/v1/runs", kChat | kRead, to(&RunHandlers::list), "List runs, newest first"},
      {"GET", "/api/v1/runs/{id}", kChat | kRead, to(&RunHandlers::get), "Get a run"},
      {"POST", "/api/v1/runs/{id}/cancel", kChat, to(&RunHandlers::cancel), "Cancel a run"},
      {"GET", "/api/v1/runs/{id}/events", kChat | kRead, to(&RunHandlers::events),
       "Stream a run's events behind a cursor", true},
  };
}

}  // namespace platos::api
