#include "api/sockets/socket_server.hpp"

#include "api/responses.hpp"
#include "ingress/websocket.hpp"

namespace platos::api {
namespace {

/// "https://host:port" names the host that the request went to.
bool is_own_page(std::string_view origin, std::string_view host) {
  const auto scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == host;
}

}  // namespace

SocketServer::SocketServer(Services& services, const Admission& admission, const ApiOptions& options,
                           PageCheck origin_allowed)
    : services_(services),
      admission_(admission),
      recheck_us_(options.socket_recheck_us),
      origin_allowed_(std::move(origin_allowed)),
      engine_(options.sockets, [this](ingress::Session& session) -> std::unique_ptr<ingress::EngineApp> {
        return std::make_unique<SocketSession>(SocketServices{services_, admission_, resume_points_, recheck_us_},
                                               session);
      }) {}

std::vector<Route> SocketServer::routes() {
  const auto to = [this](Call call) { return handle(std::move(call)); };
  return {{"GET", "/socket.io/", kPublic, to, "Socket.IO: begin, poll or upgrade a session"},
          {"POST", "/socket.io/", kPublic, to, "Socket.IO: packets of a session that polls"}};
}

// Browsers ask no leave for a WebSocket, so pages of other origins are kept out here.
Task<ingress::Response> SocketServer::handle(Call call) {
  const std::string origin(call.request.header("origin"));
  bool allowed = origin.empty() || is_own_page(origin, call.request.header("host"));
  if (!allowed) allowed = co_await origin_allowed_(call.loop(), origin);
  if (!allowed) {
    co_return error_response(
        {ErrorKind::PermissionDenied,
         "origin_not_allowed",
         "pages of this origin may not use the server; http.cors_origins and the allowedOrigins of "
         "entities list those that may",
         false,
         0,
         {}},
        call.request.request_id);
  }
  std::string address = counted_address(call.request);
  co_return co_await engine_.handle(std::move(call.request), std::move(call.query), std::move(address));
}

}  // namespace platos::api
