// The HTTP front of the daemon: its ports, and a server on each loop for each of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "config/settings.hpp"
#include "ingress/server.hpp"

namespace platos::daemon {

/// What the servers hand requests to, and what they log with.
struct FrontHandlers {
  ingress::Handler handle;
  ingress::Server::OnRefusal refuse;
  std::function<std::string()> make_request_id;
};

/// Null when TLS is off. FailedPrecondition "certificate_unusable".
Result<std::shared_ptr<const ingress::TlsContext>> load_tls(const config::Settings& settings);

/// Driven from the first loop; each server works on its own.
class Front {
 public:
  /// Takes the ports, and serves nobody yet. FailedPrecondition "listen_failed", "certificate_unusable".
  static Result<std::unique_ptr<Front>> open(const config::Settings& settings);

  void serve(const std::vector<base::Loop*>& loops, const FrontHandlers& handlers, base::Logger& logger);
  /// Holds for requests and connections that begin after it. Ports stay what they are.
  void configure(const config::Settings& settings, std::shared_ptr<const ingress::TlsContext> tls);
  /// No new connections; idle ones end now, others after their answer.
  void drain();

  /// Where clients on this machine reach it.
  std::string url() const;
  std::string https_url() const;  ///< empty: TLS is off

 private:
  struct Served {
    base::Loop* loop;
    bool encrypted;
    std::unique_ptr<ingress::Server> server;
  };
  Front(const config::Settings& settings, std::shared_ptr<const ingress::TlsContext> tls)
      : settings_(settings), tls_(std::move(tls)) {}
  ingress::ServerOptions options(bool encrypted) const;

  config::Settings settings_;
  std::shared_ptr<const ingress::TlsContext> tls_;
  std::unique_ptr<ingress::Listener> plain_;
  std::unique_ptr<ingress::Listener> encrypted_;
  std::vector<Served> servers_;
  std::size_t shares_ = 1;  // servers that share http.max_connections
};

}  // namespace platos::daemon
