#include "api/sockets/entity_socket.hpp"

#include <algorithm>

#include "api/responses.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using model::Json;

constexpr std::size_t kMaxEntityFrame = 10 * 1024 * 1024;
constexpr std::size_t kMaxUnsent = 4 * kMaxEntityFrame;
constexpr std::size_t kMaxEntityNodes = 1'000'000;
constexpr std::size_t kMaxRegistrations = 8;
constexpr std::size_t kMaxInstance = 128;
constexpr int kMaxWrongFrames = 100;
constexpr std::int64_t kSilenceUs = 90'000'000;
constexpr std::int64_t kRecheckEntityUs = 30'000'000;
constexpr std::uint16_t kGoingAway = 1001, kPolicy = 1008, kSecretRotated = 4001;

Json error_frame(const std::string& why) { return {{"type", "error"}, {"error", why}}; }

std::string text_member(const Json& frame, const char* name) {
  const auto found = frame.find(name);
  return found != frame.end() && found->is_string() ? found->get<std::string>() : std::string();
}

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

EntitySocket::EntitySocket(const Services& services, tenancy::EntityAccess& access, base::Loop& loop,
                           tenancy::EntityGuest guest, std::string instance)
    : services_(services),
      access_(access),
      loop_(loop),
      guest_(std::move(guest)),
      instance_(std::move(instance)),
      tasks_(loop, [this](std::string_view, std::exception_ptr) {
        services_.logger.error("api", "an exception left an entity's handler");
        close(1011, "internal error");
      }) {}

void EntitySocket::on_open(ingress::WebSocket& socket) {
  socket_ = &socket;
  auto id = services_.entities.links().attach(shared_from_this(), guest_, instance_, loop_.clock().wall_us());
  if (!id) {
    send(model::dump(error_frame(id.error().message)));
    return close(kPolicy, id.error().code);
  }
  link_id_ = std::move(*id);
  welcome();
  arm_silence();
  const std::int64_t left_us = guest_.good_until_us - loop_.clock().wall_us();
  arm_recheck(guest_.good_until_us == 0 ? kRecheckEntityUs : std::clamp<std::int64_t>(left_us, 0, kRecheckEntityUs));
}

void EntitySocket::welcome() {
  send(model::dump({{"type", "welcome"},
                    {"sdk_connection_id", link_id_},
                    {"entity_id", guest_.entity.entity_id},
                    {"environment_id", guest_.scope.environment_id},
                    {"organization_id", guest_.scope.organization_id},
                    {"org_id", guest_.scope.organization_id},
                    {"project_id", guest_.scope.project_id}}));
}

void EntitySocket::on_closed() {
  socket_ = nullptr;
  loop_.cancel(silence_);
  loop_.cancel(recheck_);
  services_.entities.links().detach(link_id_);
}

void EntitySocket::on_drain() {
  draining_ = true;
  close_when_idle();
}

void EntitySocket::close_when_idle() {
  if (draining_ && services_.entities.links().pending_of(link_id_) == 0) close(kGoingAway, "the server stops");
}

void EntitySocket::send(const std::string& frame) {
  if (socket_ == nullptr) return;
  unsent_bytes_ += frame.size();
  if (unsent_bytes_ > kMaxUnsent) return close(kPolicy, "what was sent is not read");
  socket_->send(frame);
}

void EntitySocket::close(std::uint16_t status, const std::string& reason) {
  services_.entities.links().detach(link_id_);
  if (socket_ != nullptr) socket_->close(status, reason);
}

void EntitySocket::arm_silence() {
  loop_.cancel(silence_);
  silence_ = loop_.call_after(kSilenceUs, [this] {
    silence_ = {0, 0};
    close(kPolicy, "no heartbeat for 90 s");
  });
}

void EntitySocket::arm_recheck(std::int64_t delay_us) {
  loop_.cancel(recheck_);
  recheck_ = loop_.call_after(delay_us, [this] {
    recheck_ = {0, 0};
    recheck();
  });
}

void EntitySocket::recheck() {
  if (socket_ == nullptr || rechecking_) return;
  rechecking_ = true;
  tasks_.start("recheck", look_at_secret());
}

// A secret that was replaced, or an entity that was removed, ends the connection; a database that is away does not.
Task<void> EntitySocket::look_at_secret() {
  const auto entity = co_await access_.entity(loop_, guest_.scope, guest_.entity.id);
  rechecking_ = false;
  if (socket_ == nullptr) co_return;
  std::int64_t next_us = kRecheckEntityUs;
  bool good = entity || entity.error().kind != ErrorKind::NotFound;
  if (entity && !base::equals_in_constant_time(entity->secret, guest_.entity.secret)) {
    const std::int64_t left_us = entity->former_until_us - loop_.clock().wall_us();
    good = left_us > 0 && base::equals_in_constant_time(entity->former_secret, guest_.entity.secret);
    next_us = std::min(next_us, left_us);
  }
  if (good) {
    arm_recheck(next_us);
  } else {
    close(kSecretRotated, "secret rotated");
  }
}

void EntitySocket::on_text(std::string text) {
  arm_silence();
  auto frame = model::parse_bounded(text, "a frame", {kMaxEntityFrame, 64, kMaxEntityNodes});
  if (!frame) return refuse(frame.error().message);
  if (!frame->is_object()) return refuse("a frame: expected an object, found " + model::kind_of(*frame));
  const std::string type = text_member(*frame, "type");
  take(type, std::move(*frame));
}

void EntitySocket::take(const std::string& type, Json frame) {
  if (type == "tool_result" || type == "tool_error") return take_reply(frame, type == "tool_error");
  if (type == "tool_register") return take_registration(std::move(frame));
  if (type == "heartbeat") return send(R"({"type":"heartbeat_ack"})");
  refuse("type: expected tool_register, tool_result, tool_error or heartbeat, found \"" + base::printable(type, 40) +
         "\"");
}

void EntitySocket::refuse(const std::string& why) {
  send(model::dump(error_frame(why)));
  if (++wrong_frames_ >= kMaxWrongFrames) close(kPolicy, "too many frames that cannot be read");
}

// Answers that nobody waits for, as late ones and those to calls of others, are no reason to end a connection.
void EntitySocket::take_reply(const Json& frame, bool is_error) {
  const std::string call_id = text_member(frame, "call_id");
  entities::Reply reply;
  if (is_error) {
    const std::string said = text_member(frame, "error");
    reply = {entities::Reply::Kind::Failed, said.empty() ? "the tool failed without saying why" : said};
  } else {
    const auto result = frame.find("result");
    reply = {entities::Reply::Kind::Result, result == frame.end() ? "null" : model::dump(*result)};
  }
  if (!services_.entities.links().settle(link_id_, call_id, std::move(reply))) {
    services_.logger.warn("api", "an entity answered a call that it was not asked, or that is over",
                          {{"entity", guest_.entity.id}, {"call", base::printable(call_id, 64)}});
  }
  close_when_idle();
}

void EntitySocket::take_registration(Json frame) {
  if (registrations_.size() >= kMaxRegistrations) {
    return send(R"({"type":"register_throttled","error":"registrations wait to be handled","retry_after_ms":1000})");
  }
  registrations_.push_back(std::move(frame));
  if (std::exchange(enrolling_, true)) return;
  tasks_.start("register", enroll_all());
}

Task<void> EntitySocket::enroll_all() {
  while (!registrations_.empty() && socket_ != nullptr) {
    Json frame = std::move(registrations_.front());
    registrations_.pop_front();
    const auto done = co_await services_.entities.enroll(loop_, guest_, link_id_, std::move(frame));
    if (!done) {
      refuse(done.error().message);
      continue;
    }
    Json rejected = Json::array();
    for (const auto& each : done->rejected) rejected.push_back({{"name", each.name}, {"error", each.reason}});
    send(model::dump({{"type", "tools_registered"},
                      {"entity_id", guest_.entity.entity_id},
                      {"environment_id", guest_.scope.environment_id},
                      {"count", done->change.tools.size()},
                      {"new_tools", done->change.added},
                      {"updated", done->change.updated},
                      {"removed", done->change.removed},
                      {"rejected", std::move(rejected)}}));
  }
  enrolling_ = false;
}

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
  co_return ingress::accept_websocket(call.request, std::move(socket), kMaxEntityFrame);
}

}  // namespace platos::api
