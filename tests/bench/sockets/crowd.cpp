#include "sockets/crowd.hpp"

#include <stdexcept>

namespace platos::bench {
namespace {
constexpr std::int64_t kOpenMs = 30'000;
}

Crowd::Crowd(std::uint16_t port, std::string key) : key_(std::move(key)), sockets_(port) {
  sockets_.on_text = [this](std::size_t number, std::string_view packet) { take_packet(number, packet); };
}

void Crowd::open(std::size_t count) {
  const std::size_t wanted = sockets_.size() + count;
  entered_.resize(wanted);
  while (sockets_.size() < wanted) {
    for (std::size_t i = 0; i < kCrowdAtOnce && sockets_.size() < wanted; ++i)
      sockets_.add("/socket.io/?EIO=4&transport=websocket", key_, "40/agent,");
    if (!run_until([this] { return entered_count_ == sockets_.size(); }, kOpenMs))
      throw std::runtime_error("a client was not let in");
  }
}

void Crowd::emit(std::size_t client, std::string_view packet) {
  sockets_.send(client, "42/agent," + std::string(packet));
}

void Crowd::take_packet(std::size_t number, std::string_view packet) {
  constexpr std::string_view kEvent = "42/agent,";
  if (packet == "2") return sockets_.send(number, "3");
  if (!packet.starts_with(kEvent)) return;
  packet.remove_prefix(kEvent.size());
  if (!entered_[number] && packet.starts_with("[\"connected\"")) {
    entered_[number] = true;
    ++entered_count_;
  }
  if (on_event) on_event(number, packet);
}

}  // namespace platos::bench
