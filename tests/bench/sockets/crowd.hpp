// Many clients of Socket.IO on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::bench {

/// Plain sockets to 127.0.0.1 and epoll; answers pings. Throws std::system_error for what the kernel refuses, and
/// std::runtime_error when the server does not let a client in. Bound to its thread.
class Crowd {
 public:
  Crowd(std::uint16_t port, std::string key);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Adds clients and waits until all are in the namespace /agent.
  void open(std::size_t count);
  std::size_t size() const { return clients_.size(); }
  /// `packet`: of Socket.IO, without namespace: ["name",{...}].
  void emit(std::size_t client, std::string_view packet);

  /// Called with every event of the namespace: ["name",{...}].
  std::function<void(std::size_t client, std::string_view event)> on_event;
  /// False when the time is over first.
  bool run_until(const std::function<bool()>& done, std::int64_t within_ms);

 private:
  struct Client {
    int fd = -1;
    bool upgraded = false;
    bool entered = false;
    std::string input;
  };
  void receive(std::size_t number);
  void take_packet(std::size_t number, std::string_view packet);
  void write(const Client& client, std::string_view bytes) const;

  const std::uint16_t port_;
  const std::string key_;
  int epoll_ = -1;
  std::vector<Client> clients_;
  std::size_t entered_ = 0;
};

}  // namespace platos::bench
