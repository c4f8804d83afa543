// The HTTP front: listens, keeps connections, calls the handler.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/logger.hpp"
#include "base/loop.hpp"
#include "base/network.hpp"
#include "base/result.hpp"
#include "ingress/message.hpp"
#include "ingress/tls.hpp"

namespace platos::ingress {

struct ServerOptions {
  std::vector<std::string> allowed_hosts;      ///< besides loopback names
  std::vector<base::Network> trusted_proxies;  ///< whose X-Forwarded-For is believed
  std::size_t max_head_bytes = 16 * 1024;
  std::size_t max_body_bytes = 1024 * 1024;
  std::size_t max_connections = 20'000;
  std::int64_t read_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 75'000;
  std::int64_t write_stall_ms = 30'000;
  std::string version;                              ///< of X-Platos-Version
  std::shared_ptr<const TlsContext> tls = nullptr;  ///< null: the port speaks plain HTTP
};

/// The listening socket, shared by the fronts of all loops.
class Listener {
 public:
  /// FailedPrecondition "listen_failed" names the address and the reason.
  static Result<std::unique_ptr<Listener>> open(const std::string& listen);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int fd() const { return fd_; }
  std::uint16_t port() const { return port_; }

 private:
  Listener(int fd, std::uint16_t port) : fd_(fd), port_(port) {}
  int fd_;
  std::uint16_t port_;
};

class Connection;

/// One per loop, bound to it. Turns errors below HTTP (malformed, too large, too slow) into answers by `on_refusal`.
class Server final : public base::FdHandler {
 public:
  /// Makes the answer for a request that never reached the handler.
  using OnRefusal = std::function<Response(const Error&, const std::string& request_id)>;

  Server(base::Loop& loop, const Listener& listener, ServerOptions options, Handler handler, OnRefusal on_refusal,
         base::Logger& logger, std::function<std::string()> make_request_id);
  ~Server() override;

  /// Takes connections from now on.
  void start();
  /// Holds for what begins after it: connections keep the certificate they began with.
  void configure(ServerOptions options) { options_ = std::move(options); }
  /// Takes no more; idle connections are closed, busy ones close after their answer.
  void drain();
  std::size_t connections() const { return connections_.size(); }

  void on_ready(std::uint32_t events) override;

 private:
  friend class Connection;
  void pause_accepting();
  void forget(Connection& connection);
  bool host_allowed(std::string_view host) const;

  base::Loop& loop_;
  const Listener& listener_;
  ServerOptions options_;
  Handler handler_;
  OnRefusal on_refusal_;
  base::Logger& logger_;
  std::function<std::string()> make_request_id_;
  bool draining_ = false;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace platos::ingress
