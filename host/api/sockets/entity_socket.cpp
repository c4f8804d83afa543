#include "api/sockets/entity_socket.hpp"

#include <algorithm>

#include "api/responses.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using model::Json;

constexpr std::size_t kMaxUnsent = 4 * entities::kMaxFrameBytes;
constexpr std::size_t kMaxUnread = 4 * entities::kMaxFrameBytes;
constexpr std::size_t kMaxRegistrations = 8;
constexpr std::size_t kMaxErrorText = 4096;
constexpr int kMaxWrongFrames = 100;
constexpr std::int64_t kRecheckEntityUs = 30'000'000;
constexpr std::int64_t kHealthUs = 1'000'000;  // between two words on health that are looked at
constexpr std::uint16_t kGoingAway = 1001, kPolicy = 1008, kSecretRotated = 4001;

Json error_frame(const std::string& why) { return {{"type", "error"}, {"error", why}}; }

std::string text_member(const Json& frame, const char* name) {
  const auto found = frame.find(name);
  return found != frame.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

EntitySocket::EntitySocket(const Services& services, tenancy::EntityAccess& access, base::Loop& loop,
                           tenancy::EntityGuest guest, std::string instance)
    : services_(services),
      access_(access),
      loop_(loop),
      guest_(std::move(guest)),
      instance_(std::move(instance)),
      silence_(loop, services.entities.silence_us(), [this] { close(kPolicy, "no heartbeat for too long"); }),
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
  silence_.start();
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
  silence_.stop();
  loop_.cancel(recheck_);
  loop_.cancel(health_timer_);
  // What came before the end counts, also when it takes a while to read.
  if (!reading_) leave();
}

void EntitySocket::leave() {
  services_.entities.links().detach(link_id_);
  services_.logger.info("api", "a backend has gone", {{"entity", guest_.entity.id}, {"link", link_id_}});
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
  // When it is closed already, what is left to be read goes first.
  if (socket_ == nullptr) return;
  services_.entities.links().detach(link_id_);
  socket_->close(status, reason);
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
  silence_.heard();
  if (!reading_ && text.size() <= entities::kInlineBytes) return take_frame(entities::read_json_now(text, "a frame"));
  inbox_bytes_ += text.size();
  if (inbox_bytes_ > kMaxUnread) return close(kPolicy, "frames come faster than they can be read");
  inbox_.push_back(std::move(text));
  if (std::exchange(reading_, true)) return;
  tasks_.start("read", read_inbox());
}

Task<void> EntitySocket::read_inbox() {
  while (!inbox_.empty()) {
    std::string text = std::move(inbox_.front());
    inbox_.pop_front();
    const std::size_t bytes = text.size();
    auto frame = co_await entities::read_json(loop_, services_.entities.readers(), std::move(text), "a frame");
    inbox_bytes_ -= bytes;
    take_frame(std::move(frame));
  }
  reading_ = false;
  if (socket_ != nullptr) co_return;
  // Not here: what holds the link may be all that holds this task.
  loop_.post([self = shared_from_this()] { self->leave(); });
}

void EntitySocket::take_frame(Result<Json> frame) {
  if (!frame) return refuse(frame.error().message);
  if (!frame->is_object()) return refuse("a frame: expected an object, found " + model::kind_of(*frame));
  const std::string type = text_member(*frame, "type");
  if (type == "tool_result" || type == "tool_error") return take_reply(*frame, type == "tool_error");
  if (type == "tool_register") return take_registration(std::move(*frame));
  if (type == "heartbeat") return take_heartbeat(*frame);
  refuse("type: expected tool_register, tool_result, tool_error or heartbeat, found \"" + base::printable(type, 40) +
         "\"");
}

// What is wrong in it is said, and is no reason to end the connection: it lives, which is what a heartbeat says.
void EntitySocket::take_heartbeat(const Json& frame) {
  send(R"({"type":"heartbeat_ack"})");
  auto report = entities::read_health(frame);
  if (!report.problem.empty()) send(model::dump(error_frame(report.problem)));
  if (report.tools.empty()) return;
  // Calls heed it from now on; the later word counts for the store, too.
  (void)services_.entities.links().note_health(link_id_, report.tools);
  if (health_.tools.size() + report.tools.size() <= entities::kMaxTools) report.tools.merge(health_.tools);
  health_ = std::move(report);
  arm_health();
}

void EntitySocket::arm_health() {
  if (telling_health_ || health_timer_.second != 0 || socket_ == nullptr) return;
  health_timer_ = loop_.call_at(next_health_us_, [this] {
    health_timer_ = {0, 0};
    telling_health_ = true;
    tasks_.start("health", tell_health());
  });
}

Task<void> EntitySocket::tell_health() {
  next_health_us_ = loop_.clock().monotonic_us() + kHealthUs;
  auto report = std::exchange(health_, {});
  const auto told = co_await services_.entities.take_health(loop_, guest_, link_id_, std::move(report));
  if (!told) {
    services_.logger.warn("api", "what an entity says of its tools could not be stored",
                          {{"entity", guest_.entity.id}, {"code", told.error().code}});
  }
  telling_health_ = false;
  if (!health_.tools.empty()) arm_health();
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
    reply = {entities::Reply::Kind::Failed,
             said.empty() ? "the tool failed without saying why" : std::string(base::cut_utf8(said, kMaxErrorText))};
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

}  // namespace platos::api
