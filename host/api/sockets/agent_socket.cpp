#include "api/sockets/agent_socket.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "ingress/engine_io/packet.hpp"
#include "model/event.hpp"

namespace platos::api {
namespace {

using ingress::SocketPacket;
using model::Json;

constexpr std::size_t kMaxWaitingEvents = 64;
constexpr std::size_t kMaxWaitingBytes = 2 * 1024 * 1024;
constexpr std::size_t kIdBytes = 10;

/// The headers that members of the connect packet stand for.
constexpr std::array<std::pair<const char*, const char*>, 7> kAuthMembers = {
    {{"token", "x-platos-session-token"},
     {"apiKey", "x-platos-api-key"},
     {"organizationId", "x-platos-organization-id"},
     {"projectId", "x-platos-project-id"},
     {"environmentId", "x-platos-environment-id"},
     {"userId", "x-platos-user-id"},
     {"userToken", "x-platos-user-token"}}};

ingress::Request with_auth(const ingress::Request& handshake, const Json& auth) {
  ingress::Request request = handshake;
  request.body.clear();
  if (!auth.is_object()) return request;
  for (const auto& [member, header] : kAuthMembers) {
    const auto found = auth.find(member);
    if (found == auth.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) continue;
    std::erase_if(request.headers, [name = header](const auto& each) { return each.first == name; });
    request.headers.emplace_back(header, found->get<std::string>());
  }
  return request;
}

std::string thread_of(const Json& body) {
  if (!body.is_object()) return "";
  const auto found = body.find("threadId");
  return found != body.end() && found->is_string() ? found->get<std::string>() : "";
}

Error too_many_events() {
  return {ErrorKind::ResourceExhausted,
          "too_many_events",
          "more than " + std::to_string(kMaxWaitingEvents) + " events, or " + std::to_string(kMaxWaitingBytes) +
              " bytes of them, wait to be handled",
          false,
          1000,
          {}};
}

/// Why these credentials let nobody in any more.
std::optional<Error> loss_of(const Result<model::Principal>& who) {
  if (who && who->may(model::kChat)) return std::nullopt;
  if (who) return Error{ErrorKind::PermissionDenied, "forbidden", "these credentials may chat no more", false, 0, {}};
  const ErrorKind kind = who.error().kind;
  const bool lost =
      kind == ErrorKind::Unauthenticated || kind == ErrorKind::NotFound || kind == ErrorKind::PermissionDenied;
  return lost ? std::optional(who.error()) : std::nullopt;
}

}  // namespace

AgentSocket::AgentSocket(SocketServices services, ingress::Session& session, std::string name_space, std::string agent,
                         const Json& auth)
    : context_(services),
      session_(session),
      name_space_(std::move(name_space)),
      agent_(std::move(agent)),
      id_(base::random_hex(kIdBytes)),
      credentials_(with_auth(session.handshake(), auth)),
      tasks_(session.loop(), [this](std::string_view, std::exception_ptr) {
        context_.services.logger.error("api", "an exception left a socket's handler");
        working_ = false;
        refuse({ErrorKind::Internal, "internal_error", "an internal error", false, 0, {}}, "", true);
        close();
      }) {}

AgentSocket::~AgentSocket() {
  loop().cancel(expiry_);
  loop().cancel(recheck_);
  for (const auto& room : rooms_) context_.services.rooms.leave(room, this);
  note_places();
}

void AgentSocket::start() {
  push(ingress::encode({SocketPacket::Type::Connect, name_space_, std::nullopt, R"({"sid":")" + id_ + "\"}"}));
  working_ = true;
  tasks_.start("socket", work());
}

bool AgentSocket::has_room_for(const std::string& payload) const {
  return inbox_.size() < kMaxWaitingEvents && inbox_bytes_ + payload.size() <= kMaxWaitingBytes;
}

void AgentSocket::take(std::string payload, std::optional<std::uint64_t> ack) {
  if (closed_) return;
  if (!has_room_for(payload)) {
    refuse(too_many_events(), "", true);
    return close();
  }
  inbox_bytes_ += payload.size();
  inbox_.push_back({std::move(payload), ack});
  if (std::exchange(working_, true)) return;
  tasks_.start("socket", work());
}

// One event after the other: what a client sends in order means something in that order.
Task<void> AgentSocket::work() {
  if (!connected_) {
    const auto admitted = co_await admit();
    if (!admitted) {
      refuse(admitted.error(), "", false);
      close();
      co_return;
    }
    connected_ = true;
    session_.note_known();
    arm_recheck();
    greet();
  }
  while (!inbox_.empty() && !closed_) {
    Event event = std::move(inbox_.front());
    inbox_.pop_front();
    inbox_bytes_ -= event.payload.size();
    co_await work_off(std::move(event));
  }
  working_ = false;
  session_.wake();
}

Task<void> AgentSocket::work_off(Event event) {
  Result<void> done;
  auto json = model::parse_bounded(event.payload, "an event");
  const bool is_event = json && json->is_array() && !json->empty() && json->front().is_string();
  if (is_event) {
    const std::string name = json->front().get<std::string>();
    Json body = json->size() > 1 ? std::move((*json)[1]) : Json::object();
    if (body.is_null()) body = Json::object();
    const std::string thread_id = thread_of(body);
    done = co_await handle(name, std::move(body));
    if (!done) refuse(done.error(), thread_id, name == "message" || name == "resume_stream");
  } else {
    done = json ? fail(model::invalid_field("event", "[\"name\", {...}]", model::kind_of(*json))) : fail(json.error());
    refuse(done.error(), "", true);
  }
  if (!done && done.error().kind == ErrorKind::Unauthenticated) close();
  if (event.ack) answer(*event.ack, done);
}

void AgentSocket::answer(std::uint64_t ack, const Result<void>& done) {
  if (closed_) return;
  const Json answer = done ? Json{{"ok", true}} : Json{{"ok", false}, {"code", done.error().code}};
  push(ingress::encode({SocketPacket::Type::Ack, name_space_, ack, model::dump(Json::array({answer}))}));
}

Task<Result<void>> AgentSocket::admit() {
  auto admitted = co_await context_.admission.admit(credentials_, model::kChat);
  if (!admitted) co_return fail(admitted.error());
  who_ = std::move(admitted->who);
  who_.request_id = credentials_.request_id;
  arm_expiry();
  co_return Result<void>{};
}

void AgentSocket::arm_expiry() {
  loop().cancel(expiry_);
  expiry_ = {0, 0};
  if (who_.expires_us == 0) return;
  const std::int64_t left_us = std::max<std::int64_t>(who_.expires_us - loop().clock().wall_us(), 0);
  expiry_ = loop().call_after(left_us, [this] {
    expiry_ = {0, 0};
    refuse({ErrorKind::Unauthenticated,
            "token_expired",
            "the session token has expired; a turn under way goes on, and resume_stream finds it",
            false,
            0,
            {}},
           "", true);
    close();
  });
}

void AgentSocket::arm_recheck() {
  recheck_ = loop().call_after(context_.recheck_us, [this] {
    recheck_ = {0, 0};
    if (!closed_) tasks_.start("recheck", recheck(*this));
  });
}

// What was revoked, or may chat no more, shall not hear the turns that others begin in its rooms. A store that is away
// or too busy takes nothing from anybody.
Task<void> AgentSocket::recheck(AgentSocket& socket) {
  const auto who = co_await socket.context_.admission.authenticate(socket.credentials_);
  const auto lost = loss_of(who);
  if (!lost) {
    socket.arm_recheck();
    co_return;
  }
  socket.refuse(*lost, "", true);
  socket.close();
}

void AgentSocket::greet() {
  base::JsonObject hello;
  hello.text("status", "ok")
      .text("organizationId", who_.scope.organization_id)
      .text("projectId", who_.scope.project_id)
      .text("environmentId", who_.scope.environment_id)
      .text("userId", who_.user_id)
      .text("socketId", id_);
  emit("connected", hello.take());
}

void AgentSocket::close() {
  if (closed_) return;
  push(ingress::encode({SocketPacket::Type::Disconnect, name_space_, std::nullopt, ""}));
  closed_ = true;
  note_places();
  // Not now: a subscription may be the caller.
  loop().defer([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->follows_.clear();
  });
  session_.wake();
}

// Nobody is told to leave: a client that was would not come back by itself, and it shall, to whoever serves next.
void AgentSocket::drain() {
  for (const auto& [run_id, follow] : follows_) {
    emit_agent_event(R"({"type":"status","status":"draining")", follow.thread_id);
  }
}

}  // namespace platos::api
