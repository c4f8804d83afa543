#include "api/api.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/openapi/document.hpp"
#include "api/responses.hpp"
#include "api/sockets/entity_socket.hpp"
#include "api/sockets/socket_server.hpp"

namespace platos::api {
namespace {

std::vector<Route> all_routes(const Services& services, const ApiOptions& options) {
  std::vector<Route> routes;
  // Words of an address stand before variables in the same place: search before threads.
  for (auto* part : {&agent_routes,    &search_routes,     &thread_routes,     &branch_routes,     &turn_routes,
                     &provider_routes, &compare_routes,    &run_routes,        &monitoring_routes, &governor_routes,
                     &tool_routes,     &agent_tool_routes, &tool_call_routes,  &usage_routes,      &rating_routes,
                     &skill_routes,    &approval_routes,   &later_routes,      &system_routes,     &tenancy_routes,
                     &keys_routes,     &entity_routes,     &entity_tool_routes}) {
    for (auto& route : part(services, options)) routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace

Api::Api(Services services, ApiOptions options)
    : services_(services),
      options_(std::move(options)),
      admission_(services.authenticator, services.limits),
      cors_origins_(options_.cors_origins),
      sockets_(std::make_unique<SocketServer>(
          services_, admission_, options_,
          [this](base::Loop& loop, std::string origin) { return origin_allowed(loop, std::move(origin)); })),
      backends_(std::make_unique<EntityServer>(services_)),
      router_(with_list(all_routes(services_, options_))),
      openapi_json_(model::dump(openapi::document(router_.routes(), openapi::resources()))) {}

Api::~Api() = default;

std::size_t Api::socket_sessions() const { return sockets_->sessions(); }

void Api::drain() { sockets_->drain(); }

std::vector<Route> Api::with_list(std::vector<Route> routes) const {
  for (auto& route : sockets_->routes()) routes.push_back(std::move(route));
  for (auto& route : backends_->routes()) routes.push_back(std::move(route));
  routes.push_back({"GET", "/api/v1/routes", model::kChat | model::kRead,
                    [this](Call) -> Task<ingress::Response> { co_return list_routes(); }, "List these routes"});
  for (const auto* path : {"/api/v1/agent/openapi.json", "/openapi.json", "/openapi"}) {
    routes.push_back({"GET", path, kPublic, [this](Call) -> Task<ingress::Response> { co_return openapi(); },
                      "This API as an OpenAPI document"});
  }
  return routes;
}

ingress::Response Api::openapi() const {
  ingress::Response response;
  response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  response.body = openapi_json_;
  return response;
}

ingress::Response Api::list_routes() const {
  model::Json list = model::Json::array();
  for (const auto& route : router_.routes()) {
    list.push_back({{"method", route.method}, {"path", route.pattern}, {"summary", route.summary}});
  }
  return json_response(200, {{"routes", std::move(list)}});
}

Task<ingress::Response> Api::handle(ingress::Request request) const {
  const std::string origin(request.header("origin"));
  const std::string method = request.method;
  const std::string path = request.path;
  const std::string request_id = request.request_id;
  base::Loop& loop = *request.loop;
  const std::int64_t started_us = loop.clock().monotonic_us();
  ingress::Response response = co_await dispatch(std::move(request));
  if (!origin.empty() && co_await origin_allowed(loop, origin)) {
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    response.headers.emplace_back(
        "Access-Control-Expose-Headers",
        "X-Request-Id, X-Platos-Version, X-Platos-Run-Id, Idempotent-Replayed, Retry-After, RateLimit-Limit, "
        "RateLimit-Remaining, RateLimit-Reset, X-Platos-Rate-Limit-Bucket");
    response.headers.emplace_back("Vary", "Origin");
  }
  services_.logger.debug("api", "request",
                         {{"method", method},
                          {"path", path},
                          {"status", response.status},
                          {"request_id", request_id},
                          {"took_us", loop.clock().monotonic_us() - started_us}});
  co_return response;
}

Task<ingress::Response> Api::dispatch(ingress::Request request) const {
  if (request.method == "OPTIONS" && !request.header("access-control-request-method").empty())
    co_return co_await preflight(std::move(request));
  auto match = router_.match(request.method, request.path);
  if (match.route == nullptr && !match.allowed_methods.empty()) {
    auto response =
        json_response(405, {{"statusCode", 405},
                            {"error", "Method Not Allowed"},
                            {"code", "method_not_allowed"},
                            {"message", request.method + " is not served here; " + match.allowed_methods + " is"},
                            {"requestId", request.request_id}});
    response.headers.emplace_back("Allow", match.allowed_methods);
    co_return response;
  }
  if (match.route == nullptr) {
    co_return error_response(
        {ErrorKind::NotFound, "route_not_found", "there is no such address on this server", false, 0, {}},
        request.request_id);
  }
  Call call;
  governance::RateAllowance allowance;
  if (match.route->rights == kPublic) {
    if (const auto admitted = admit_stranger(*match.route, request); !admitted)
      co_return error_response(admitted.error(), request.request_id);
  } else {
    auto admitted = co_await admission_.admit(request, match.route->rights);
    if (!admitted) {
      co_return match.route->streams ? stream_refusal(admitted.error(), request)
                                     : error_response(admitted.error(), request.request_id);
    }
    call.who = std::move(admitted->who);
    call.who.request_id = request.request_id;
    allowance = admitted->allowance;
  }
  call.route = std::string(match.route->method) + " " + std::string(match.route->pattern);
  call.path = std::move(match.path);
  call.query = decode_query(request.query);
  call.request = std::move(request);
  auto response = co_await match.route->handler(std::move(call));
  if (response.status != 429) add_rate_headers(response, allowance);  // that one says what refused it
  co_return response;
}

Result<void> Api::admit_stranger(const Route& route, const ingress::Request& request) const {
  if (route.watches) return {};
  return admission_.admit_address(request);
}

ingress::Response Api::refuse(const Error& error, const std::string& request_id) const {
  return error_response(error, request_id);
}

// The configuration's, and those of entities.
Task<bool> Api::origin_allowed(base::Loop& loop, std::string origin) const {
  const auto allowed = cors_origins_.get();
  if (std::find(allowed->begin(), allowed->end(), origin) != allowed->end()) co_return true;
  co_return co_await services_.authenticator.pages().allow(loop, std::move(origin));
}

Task<ingress::Response> Api::preflight(ingress::Request request) const {
  ingress::Response response;
  response.status = 204;
  const bool allowed = co_await origin_allowed(*request.loop, std::string(request.header("origin")));
  if (!allowed) co_return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
  response.headers.emplace_back(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id, X-Platos-Session-Token, "
      "X-Platos-Api-Key, X-Platos-User-Token, X-Platos-Organization-Id, X-Platos-Project-Id, X-Platos-Environment-Id, "
      "X-Platos-User-Id, X-Platos-Config, traceparent");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  co_return response;
}

}  // namespace platos::api
