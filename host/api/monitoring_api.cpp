// Metrics and the safety ledger.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/paging.hpp"
#include "api/responses.hpp"
#include "api/wire.hpp"
#include "store/safety_events.hpp"
#include "telemetry/prometheus.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::int64_t kDayUs = 24LL * 3600 * 1'000'000;

struct SafetyPage {
  std::vector<store::SafetyEventRow> rows;
  std::int64_t total = 0;
};

struct MonitoringHandlers {
  Services services;
  ApiOptions options;

  // No label tells a tenant or a user, so a scraper needs no key.
  Task<Response> metrics(Call) const {
    Response response;
    response.headers.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = telemetry::prometheus_text(services.metrics);
    co_return response;
  }

  Task<Response> safety_events(Call call) const {
    const auto days = query_number(call, "sinceDays", 30, 1, 365);
    const auto limit = query_number(call, "limit", 50, 1, 200);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    for (const auto* each : {&days, &limit, &offset}) {
      if (!*each) co_return error_response(each->error(), call.request.request_id);
    }
    store::SafetyEventFilter filter;
    filter.detector = call.query_value("detector");
    filter.action = call.query_value("action");
    filter.thread_id = call.query_value("threadId");
    filter.agent_id = call.query_value("agentId");
    filter.user_id = call.query_value("userId");
    filter.severity = call.query_value("severity");
    filter.since_us = call.loop().clock().wall_us() - *days * kDayUs;
    filter.limit = *limit;
    filter.offset = *offset;
    const auto read = services.database.read(
        call.loop(), [scope = call.who.scope, filter](store::Session& session) -> Result<SafetyPage> {
          store::SafetyEvents events(session);
          return SafetyPage{events.list(scope, filter), events.count(scope, filter)};
        });
    const auto page = co_await read;
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& row : page->rows) rows.push_back(to_wire(row));
    co_return json_response(
        200, {{"rows", std::move(rows)}, {"total", page->total}, {"limit", *limit}, {"offset", *offset}});
  }
};

}  // namespace

std::vector<Route> monitoring_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const MonitoringHandlers>(MonitoringHandlers{services, options});
  const auto to = [handlers](Task<Response> (MonitoringHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"GET", "/metrics", kPublic, to(&MonitoringHandlers::metrics), "Metrics as Prometheus text"},
      {"GET", "/api/v1/agent/monitoring/safety-events", kRead, to(&MonitoringHandlers::safety_events),
       "What governors found, newest first"},
  };
}

}  // namespace platos::api
