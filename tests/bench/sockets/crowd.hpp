// Many clients of Socket.IO on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sockets/web_socket_crowd.hpp"

namespace platos::bench {

/// Answers pings. Throws what WebSocketCrowd does, and std::runtime_error when the server does not let a client in.
/// Bound to its thread.
class Crowd {
 public:
  Crowd(std::uint16_t port, std::string key);

  /// Adds clients and waits until all are in the namespace /agent.
  void open(std::size_t count);
  /// `packet`: of Socket.IO, without namespace: ["name",{...}].
  void emit(std::size_t client, std::string_view packet);

  /// Called with every event of the namespace: ["name",{...}].
  std::function<void(std::size_t client, std::string_view event)> on_event;
  /// False when the time is over first.
  bool run_until(const std::function<bool()>& done, std::int64_t within_ms) {
    return sockets_.run_until(done, within_ms);
  }

 private:
  void take_packet(std::size_t number, std::string_view packet);

  const std::string key_;
  WebSocketCrowd sockets_;
  std::vector<bool> entered_;
  std::size_t entered_count_ = 0;
};

}  // namespace platos::bench
