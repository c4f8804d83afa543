// Many clients of WebSocket on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::bench {

/// Plain sockets to 127.0.0.1 and epoll. Throws std::system_error for what the kernel refuses, and std::runtime_error
/// when the server does not switch to WebSocket, or closes a client. Bound to its thread.
class WebSocketCrowd {
 public:
  explicit WebSocketCrowd(std::uint16_t port);
  ~WebSocketCrowd();
  WebSocketCrowd(const WebSocketCrowd&) = delete;
  WebSocketCrowd& operator=(const WebSocketCrowd&) = delete;

  /// Adds a client, which is the last by number; `first` is sent without waiting for the server.
  void add(std::string_view path, std::string_view bearer, std::string_view first);
  std::size_t size() const { return clients_.size(); }
  void send(std::size_t client, std::string_view text) const;

  /// Called with every text that comes.
  std::function<void(std::size_t client, std::string_view text)> on_text;
  /// False when the time is over first.
  bool run_until(const std::function<bool()>& done, std::int64_t within_ms);

 private:
  struct Client {
    int fd = -1;
    bool upgraded = false;
    std::string input;
  };
  void receive(std::size_t number);
  void write(const Client& client, std::string_view bytes) const;

  const std::uint16_t port_;
  int epoll_ = -1;
  std::vector<Client> clients_;
};

/// How many may be added before the answers are waited for: fewer than a listener's backlog.
inline constexpr std::size_t kCrowdAtOnce = 200;

}  // namespace platos::bench
