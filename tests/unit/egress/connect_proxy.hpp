// An HTTP proxy that opens tunnels to 127.0.0.1, whatever name it is asked for.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace platos::egress {

/// Internally synchronised.
class ConnectProxy {
 public:
  ConnectProxy();
  ~ConnectProxy();
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;

  /// `credentials`: "user:password@", or empty.
  std::string url(const std::string& credentials) const;
  /// The heads of the requests for tunnels.
  std::vector<std::string> heads() const;

 private:
  void serve();
  void tunnel(int client);

  std::uint16_t port_ = 0;
  int listener_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::vector<std::thread> tunnels_;
  std::thread thread_;
};

}  // namespace platos::egress
