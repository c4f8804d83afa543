// Where backends of entities come in.
#include <algorithm>

#include "api/responses.hpp"
#include "api/sockets/entity_socket.hpp"
#include "base/text.hpp"
#include "entities/frame_reader.hpp"

namespace platos::api {
namespace {

constexpr std::size_t kMaxInstance = 128;

std::string first_of(std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) {
    if (!text.empty()) return std::string(text);
  }
  return {};
}

tenancy::EntityKnock knock_of(const Call& call) {
  constexpr std::string_view kBearer = "bearer ";
  const auto& request = call.request;
  const std::string_view header = request.header("authorization");
  tenancy::EntityKnock knock;
  if (header.size() > kBearer.size() && base::equals_ignoring_case(header.substr(0, kBearer.size()), kBearer))
    knock.secret = base::trim(header.substr(kBearer.size()));
  const std::string entity = call.query_value("entity");
  const std::string source = call.query_value("source");
  const std::string environment = call.query_value("env");
  knock.entity = first_of({entity, source, request.header("x-platos-entity-id"), request.header("x-platos-source")});
  knock.environment = first_of({environment, request.header("x-platos-environment-id")});
  knock.address = request.peer;
  return knock;
}

}  // namespace

std::vector<Route> EntityServer::routes() {
  const auto to = [this](Call call) { return handle(std::move(call)); };
  constexpr const char* kSummary = "The WebSocket of an entity's backend, with its secret as bearer";
  return {{"GET", "/ws/sdk", kPublic, to, kSummary},
          {"GET", "/tools/sync", kPublic, to, kSummary},
          {"GET", "/tools/sync/ws/sdk", kPublic, to, kSummary}};
}

Task<ingress::Response> EntityServer::handle(Call call) {
  if (const auto good = ingress::check_websocket_handshake(call.request); !good)
    co_return error_response(good.error(), call.request.request_id);
  auto guest = co_await access_.enter(call.loop(), knock_of(call));
  if (!guest) co_return error_response(guest.error(), call.request.request_id);
  std::string instance = call.query_value("instance");
  if (instance.size() > kMaxInstance) {
    co_return error_response(model::invalid_field("instance", "at most 128 bytes", std::to_string(instance.size())),
                             call.request.request_id);
  }
  auto socket = std::make_shared<EntitySocket>(services_, access_, call.loop(), std::move(*guest), std::move(instance));
  co_return ingress::accept_websocket(call.request, std::move(socket), entities::kMaxFrameBytes);
}

}  // namespace platos::api
