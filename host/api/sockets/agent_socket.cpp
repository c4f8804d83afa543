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
constexpr std::size_t kMaxOutboxBytes = 256 * 1024;
constexpr std::size_t kMaxRooms = 256;
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

std::string thread_suffix(const std::string& thread_id) {
  std::string suffix = ",\"threadId\":";
  base::append_json_string(suffix, thread_id);
  return suffix + '}';
}

bool names_its_thread(std::string_view json) { return json.starts_with(R"({"type":"message_persisted")"); }

Error too_many_events() {
  return {ErrorKind::ResourceExhausted,
          "too_many_events",
          "more than " + std::to_string(kMaxWaitingEvents) + " events wait to be handled",
          false,
          1000,
          {}};
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
  for (const auto& room : rooms_) context_.services.rooms.leave(room, this);
  for (const auto& [run_id, follow] : follows_) {
    context_.resume_points.put(who_, follow.thread_id, {run_id, follow.seq});
  }
}

void AgentSocket::start() {
  outbox_.push_back(
      ingress::encode({SocketPacket::Type::Connect, name_space_, std::nullopt, R"({"sid":")" + id_ + "\"}"}));
  session_.wake();
  working_ = true;
  tasks_.start("socket", work());
}

void AgentSocket::take(std::string payload, std::optional<std::uint64_t> ack) {
  if (closed_) return;
  if (inbox_.size() >= kMaxWaitingEvents) {
    refuse(too_many_events(), "", true);
    return close();
  }
  inbox_.push_back({std::move(payload), ack});
  if (std::exchange(working_, true)) return;
  tasks_.start("socket", work());
}

// One event after the other: what a client sends in order means something in that order.
Task<void> AgentSocket::work() {
  if (!connected_) {
    const auto admitted = co_await admit();
    if (!admitted) {
      refuse(admitted.error(), "", true);
      close();
      co_return;
    }
    connected_ = true;
    greet();
  }
  while (!inbox_.empty() && !closed_) {
    const Event event = std::move(inbox_.front());
    inbox_.erase(inbox_.begin());
    Result<void> done;
    auto json = model::parse_bounded(event.payload, "an event");
    const bool is_event = json && json->is_array() && !json->empty() && json->front().is_string();
    if (is_event) {
      const std::string name = json->front().get<std::string>();
      Json body = json->size() > 1 ? std::move((*json)[1]) : Json::object();
      if (body.is_null()) body = Json::object();
      const std::string thread_id =
          body.is_object() && body.contains("threadId") && body["threadId"].is_string() ? body["threadId"] : "";
      done = co_await handle(name, std::move(body));
      if (!done) refuse(done.error(), thread_id, name == "message" || name == "resume_stream");
    } else {
      done =
          json ? fail(model::invalid_field("event", "[\"name\", {...}]", model::kind_of(*json))) : fail(json.error());
      refuse(done.error(), "", true);
    }
    if (!done && done.error().kind == ErrorKind::Unauthenticated) close();
    if (event.ack && !closed_) {
      const Json answer = done ? Json{{"ok", true}} : Json{{"ok", false}, {"code", done.error().code}};
      outbox_.push_back(
          ingress::encode({SocketPacket::Type::Ack, name_space_, event.ack, model::dump(Json::array({answer}))}));
      session_.wake();
    }
  }
  working_ = false;
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

void AgentSocket::emit(std::string_view event_name, std::string_view json) {
  if (closed_) return;
  std::string payload = "[";
  base::append_json_string(payload, event_name);
  payload += ',';
  payload += json;
  payload += ']';
  outbox_bytes_ += payload.size();
  outbox_.push_back(ingress::encode({SocketPacket::Type::Event, name_space_, std::nullopt, std::move(payload)}));
  session_.wake();
  // Events of runs are pulled; these few are not, and a client that reads nothing shall not grow us.
  if (outbox_bytes_ > kMaxOutboxBytes) session_.break_off();
}

void AgentSocket::emit_agent_event(std::string open_json, const std::string& thread_id) {
  emit("agent_event", thread_id.empty() ? open_json + '}' : open_json + thread_suffix(thread_id));
}

// An error alone would leave a client waiting. The `done` of a turn that is being delivered still comes by itself.
void AgentSocket::refuse(const Error& error, const std::string& thread_id, bool is_turn) {
  const bool is_credentials = error.kind == ErrorKind::Unauthenticated || error.kind == ErrorKind::PermissionDenied;
  if (is_credentials || !is_turn) {
    emit("error", base::JsonObject().text("message", error.message).text("code", error.code).take());
    if (!is_turn && !follows_.empty()) return;
  }
  Error shown = error;
  if (is_credentials) shown.code = "unauthorized";
  emit_agent_event(model::error_event(shown).open_json, thread_id);
  emit_agent_event(model::done_event({}, "").open_json, thread_id);
}

void AgentSocket::close() {
  if (closed_) return;
  outbox_.push_back(ingress::encode({SocketPacket::Type::Disconnect, name_space_, std::nullopt, ""}));
  closed_ = true;
  for (const auto& [run_id, follow] : follows_) {
    context_.resume_points.put(who_, follow.thread_id, {run_id, follow.seq});
  }
  // Not now: a subscription may be the caller.
  loop().defer([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->follows_.clear();
  });
  session_.wake();
}

void AgentSocket::drain() {
  if (closed_) return;
  for (const auto& [run_id, follow] : follows_) {
    emit_agent_event(R"({"type":"status","status":"draining")", follow.thread_id);
  }
  if (follows_.empty()) close();
}

void AgentSocket::join(const std::string& thread_id) {
  if (rooms_.size() >= kMaxRooms && !rooms_.contains(thread_id)) {
    context_.services.rooms.leave(*rooms_.begin(), this);
    rooms_.erase(rooms_.begin());
  }
  rooms_.insert(thread_id);
  context_.services.rooms.join(thread_id, loop(), weak_from_this());
}

void AgentSocket::follow(const std::string& run_id, const std::string& thread_id) {
  if (rooms_.contains(thread_id)) follow_from(run_id, thread_id, 0);
}

void AgentSocket::tell(const std::string& event_name, const std::string& json) { emit(event_name, json); }

void AgentSocket::follow_from(const std::string& run_id, const std::string& thread_id, std::int64_t after) {
  if (closed_ || follows_.contains(run_id)) return;
  Follow follow{thread_id, thread_suffix(thread_id), after, nullptr};
  follow.subscription = std::make_unique<engine::Subscription>(context_.services.engine, loop(), who_.scope, run_id,
                                                               after, [this] { session_.wake(); });
  follows_.emplace(run_id, std::move(follow));
  session_.wake();
}

void AgentSocket::pull(std::vector<std::string>& packets, std::size_t max_bytes) {
  std::size_t bytes = 0;
  for (auto& packet : std::exchange(outbox_, {})) {
    bytes += packet.size();
    packets.push_back(std::move(packet));
  }
  outbox_bytes_ = 0;
  if (closed_) return;
  for (auto each = follows_.begin(); each != follows_.end() && bytes < max_bytes;) {
    const bool goes_on = pull_follow(each->first, each->second, packets, bytes, max_bytes);
    each = goes_on ? std::next(each) : follows_.erase(each);
  }
}

// False: nothing further comes of this run.
bool AgentSocket::pull_follow(const std::string& run_id, Follow& follow, std::vector<std::string>& packets,
                              std::size_t& bytes, std::size_t max_bytes) {
  std::vector<engine::LoggedEvent> events;
  const auto state = follow.subscription->pull(max_bytes - bytes, events);
  for (const auto& event : events) {
    std::string_view json = event.json;
    std::string packet;
    packet.reserve(json.size() + follow.suffix.size() + name_space_.size() + 24);
    packet.append("2").append(name_space_).append(R"(,["agent_event",)");
    if (names_its_thread(json)) {
      packet.append(json);
    } else {
      packet.append(json.substr(0, json.size() - 1)).append(follow.suffix);
    }
    packet += ']';
    bytes += packet.size();
    packets.push_back(std::move(packet));
    follow.seq = event.seq;
  }
  if (state == engine::Subscription::State::Events) return true;  // asked again when these have left
  if (state == engine::Subscription::State::Failed && follow.seq > 0) {
    refuse(follow.subscription->error(), follow.thread_id, true);
    context_.services.logger.warn("api", "a run's events could not be read for a socket", {{"run", run_id}});
  }
  return state == engine::Subscription::State::Pending;
}

}  // namespace platos::api
