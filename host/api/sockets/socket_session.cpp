#include "api/sockets/socket_session.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::api {
namespace {

using ingress::SocketPacket;
using model::Json;

constexpr std::string_view kAgentNamespace = "/agent";
constexpr std::size_t kMaxNamespaces = 8;
constexpr std::size_t kMaxRefusals = 256;  // that a client has not read
constexpr std::int64_t kEnterUs = 10'000'000;
constexpr std::int64_t kIdleUs = 45'000'000;

}  // namespace

SocketSession::SocketSession(SocketServices services, ingress::Session& session)
    : services_(services), session_(session) {
  arm(kEnterUs);
}

SocketSession::~SocketSession() { session_.loop().cancel(idle_timer_); }

// Nothing that a stranger says lengthens its time.
void SocketSession::arm_idle() {
  if (session_.is_known()) arm(kIdleUs);
}

void SocketSession::arm(std::int64_t within_us) {
  session_.loop().cancel(idle_timer_);
  idle_timer_ = session_.loop().call_after(within_us, [this] {
    idle_timer_ = {0, 0};
    if (sockets_.empty() || !session_.is_known()) session_.break_off();
  });
}

void SocketSession::on_message(std::string text) {
  const auto packet = ingress::parse_socket_packet(text);
  if (!packet) return session_.break_off();
  const auto found = sockets_.find(packet->name_space);
  switch (packet->type) {
    case SocketPacket::Type::Connect: return enter(*packet);
    case SocketPacket::Type::Event:
      if (found == sockets_.end()) return session_.break_off();  // spoken to before it was entered
      return found->second->take(packet->payload, packet->ack);
    case SocketPacket::Type::Disconnect:
      if (found != sockets_.end()) sockets_.erase(found);
      if (sockets_.empty()) arm_idle();
      return;
    default: return;  // answers to events that asked for none
  }
}

void SocketSession::enter(const SocketPacket& packet) {
  const std::string& name = packet.name_space;
  if (sockets_.contains(name)) return;
  const bool is_agent = name == kAgentNamespace;
  const bool is_one_agent = name.size() > kAgentNamespace.size() + 1 && name.starts_with("/agent/");
  if (!is_agent && !is_one_agent) return refuse(name, "Invalid namespace");
  if (sockets_.size() >= kMaxNamespaces) return refuse(name, "too many namespaces on one connection");
  Json auth;
  if (!packet.payload.empty()) {
    auto parsed = model::parse_bounded(packet.payload, "the connect packet");
    if (!parsed) return refuse(name, parsed.error().message);
    auth = std::move(*parsed);
  }
  std::string agent = is_one_agent ? name.substr(kAgentNamespace.size() + 1) : "";
  const auto socket = std::make_shared<AgentSocket>(services_, session_, name, std::move(agent), auth);
  sockets_.emplace(name, socket);
  socket->start();
}

void SocketSession::refuse(const std::string& name_space, const std::string& why) {
  outbox_.push_back(
      ingress::encode({SocketPacket::Type::ConnectError, name_space, std::nullopt, model::dump({{"message", why}})}));
  session_.wake();
  if (outbox_.size() > kMaxRefusals) session_.break_off();
}

void SocketSession::pull(std::vector<std::string>& messages, std::size_t max_bytes) {
  for (auto& packet : std::exchange(outbox_, {})) messages.push_back(std::move(packet));
  for (auto each = sockets_.begin(); each != sockets_.end();) {
    each->second->pull(messages, max_bytes);
    if (!each->second->is_over()) {
      ++each;
      continue;
    }
    each = sockets_.erase(each);
    if (sockets_.empty()) arm_idle();
  }
  if (draining_ && !is_delivering()) session_.close();
}

bool SocketSession::is_delivering() const {
  return std::any_of(sockets_.begin(), sockets_.end(), [](const auto& each) { return each.second->is_delivering(); });
}

void SocketSession::on_pinged() {
  for (const auto& [name, socket] : sockets_) socket->on_pinged();
}

void SocketSession::on_confirmed() {
  for (const auto& [name, socket] : sockets_) socket->on_confirmed();
}

void SocketSession::on_drain() {
  draining_ = true;
  for (const auto& [name, socket] : sockets_) socket->drain();
  if (!is_delivering()) session_.close();
}

}  // namespace platos::api
