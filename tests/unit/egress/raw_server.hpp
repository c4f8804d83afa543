// A server of few words: a script says what each connection gets.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace platos::egress {

/// One connection at a time, on a thread of its own. Internally synchronised.
class RawServer {
 public:
  /// What the script may do with a connection.
  class Peer {
   public:
    explicit Peer(int fd) : fd_(fd) {}
    /// Reads one request head and its sized body; empty when the client has gone.
    std::string read_request() const;
    void send(const std::string& bytes) const;
    /// Closes with a reset in place of an orderly end.
    void reset() const;
    /// Blocks until the client has closed.
    void wait_for_close() const;

   private:
    int fd_;
  };
  using Script = std::function<void(Peer& peer, int connection)>;  ///< connections count from 1

  explicit RawServer(Script script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url(const std::string& path = "/") const;
  int connections() const { return connections_; }

 private:
  void serve();
  Script script_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace platos::egress
