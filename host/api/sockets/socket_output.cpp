// What a client in the namespace /agent is told: events of runs, which are pulled, and the few others.
#include <algorithm>

#include "api/sockets/agent_socket.hpp"
#include "base/json_text.hpp"
#include "ingress/engine_io/packet.hpp"
#include "model/event.hpp"

namespace platos::api {
namespace {

using ingress::SocketPacket;

constexpr std::size_t kMaxOutboxBytes = 256 * 1024;
constexpr std::size_t kMaxRooms = 256;
constexpr std::size_t kMaxFollows = 256;
constexpr std::size_t kMaxTold = 256;

std::string thread_suffix(const std::string& thread_id) {
  std::string suffix = ",\"threadId\":";
  base::append_json_string(suffix, thread_id);
  return suffix + '}';
}

/// Events of a turn that hangs on a message name it.
std::string reply_suffix(const std::string& reply_to) {
  if (reply_to.empty()) return {};
  std::string suffix = ",\"replyToMessageId\":";
  base::append_json_string(suffix, reply_to);
  return suffix;
}

bool names_its_thread(std::string_view json) { return json.starts_with(R"({"type":"message_persisted")"); }

}  // namespace

void AgentSocket::emit(std::string_view event_name, std::string_view json) {
  if (closed_) return;
  std::string payload = "[";
  base::append_json_string(payload, event_name);
  payload += ',';
  payload += json;
  payload += ']';
  push(ingress::encode({SocketPacket::Type::Event, name_space_, std::nullopt, std::move(payload)}));
}

void AgentSocket::push(std::string packet) {
  outbox_bytes_ += packet.size();
  outbox_.push_back(std::move(packet));
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

void AgentSocket::join(const std::string& thread_id) {
  if (rooms_.size() >= kMaxRooms && !rooms_.contains(thread_id)) {
    context_.services.rooms.leave(*rooms_.begin(), this);
    rooms_.erase(rooms_.begin());
  }
  rooms_.insert(thread_id);
  context_.services.rooms.join(thread_id, loop(), weak_from_this());
}

void AgentSocket::follow(const std::string& run_id, const std::string& thread_id) {
  if (!rooms_.contains(thread_id) || follows_.size() >= kMaxFollows) return;
  begin_follow(run_id, thread_id, 0, false, reply_to_of_live(run_id));
}

void AgentSocket::tell(const std::string& event_name, const std::string& json) { emit(event_name, json); }

// Few turns do, and inputs are long.
std::string reply_to_of(const std::string& input_json) {
  if (input_json.find("\"reply_to_id\"") == std::string::npos) return {};
  return agent::turn_input_from_json(input_json).reply_to_id;
}

std::string AgentSocket::reply_to_of_live(const std::string& run_id) const {
  const auto run = context_.services.engine.find_live(run_id);
  return run ? reply_to_of(run->record().input_json) : std::string();
}

Result<void> AgentSocket::follow_from(const std::string& run_id, const std::string& thread_id, std::int64_t after,
                                      const std::string& reply_to) {
  if (const auto found = follows_.find(run_id); found != follows_.end()) {
    found->second.is_awaited = true;
    return {};
  }
  if (follows_.size() >= kMaxFollows) {
    return fail(ErrorKind::ResourceExhausted, "too_many_streams",
                "this socket is given the events of " + std::to_string(kMaxFollows) + " turns already");
  }
  begin_follow(run_id, thread_id, after, true, reply_to.empty() ? reply_to_of_live(run_id) : reply_to);
  return {};
}

void AgentSocket::begin_follow(const std::string& run_id, const std::string& thread_id, std::int64_t after,
                               bool is_awaited, const std::string& reply_to) {
  if (closed_ || follows_.contains(run_id)) return;
  Follow follow{thread_id, reply_suffix(reply_to) + thread_suffix(thread_id), after, after, after, is_awaited, false,
                {}};
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
    if (pull_follow(each->first, each->second, packets, bytes, max_bytes)) {
      ++each;
      continue;
    }
    if (each->second.has_failed) {
      note_place(each->first, each->second);
    } else {
      note_end(each->first, each->second);
    }
    each = follows_.erase(each);
  }
}

/// The client has all of those that are meant.
template <typename IsMeant>
void AgentSocket::settle_told(IsMeant is_meant) {
  for (const auto& told : told_) {
    if (!is_meant(told)) continue;
    const auto& place = told.place;
    context_.resume_points.put(who_, told.thread_id, {place.run_id, place.given, place.given, true});
  }
  std::erase_if(told_, is_meant);
}

void AgentSocket::on_pinged() {
  for (auto& [run_id, follow] : follows_) follow.pinged = follow.given;
  for (auto& told : told_) told.is_pinged = true;
}

void AgentSocket::on_confirmed() {
  for (auto& [run_id, follow] : follows_) follow.confirmed = follow.pinged;
  settle_told([](const Told& told) { return told.is_pinged; });
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
    follow.given = event.seq;
  }
  if (!events.empty()) session_.confirm();
  if (state == engine::Subscription::State::Events) return true;  // asked again when these have left
  follow.has_failed = state == engine::Subscription::State::Failed;
  if (follow.has_failed && follow.is_known()) {
    refuse(follow.subscription->error(), follow.thread_id, true);
    context_.services.logger.warn("api", "a run's events could not be read for a socket", {{"run", run_id}});
  }
  return state == engine::Subscription::State::Pending;
}

void AgentSocket::note_place(const std::string& run_id, const Follow& follow) {
  if (follow.is_known())
    context_.resume_points.put(who_, follow.thread_id, {run_id, follow.confirmed, follow.given, false});
}

void AgentSocket::note_end(const std::string& run_id, const Follow& follow) {
  if (!follow.is_known()) return;
  told_.push_back({follow.thread_id, {run_id, follow.confirmed, follow.given, true}});
  if (told_.size() <= kMaxTold) return;
  context_.resume_points.put(who_, told_.front().thread_id, told_.front().place);
  told_.erase(told_.begin());
}

void AgentSocket::note_places() {
  for (const auto& told : std::exchange(told_, {})) context_.resume_points.put(who_, told.thread_id, told.place);
  for (const auto& [run_id, follow] : follows_) note_place(run_id, follow);
}

// This connection keeps the order: who asks over it has, or will have, what was given to it.
void AgentSocket::note_ends_of(const std::string& thread_id) {
  settle_told([&](const Told& told) { return told.thread_id == thread_id; });
}

}  // namespace platos::api
