// Outbound HTTP/1.1 on a loop, with and without TLS.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/worker_pool.hpp"
#include "egress/address_guard.hpp"
#include "egress/proxy.hpp"
#include "ports/exchange.hpp"

namespace platos::egress {

struct ClientOptions {
  std::int64_t connect_timeout_ms = 3'000;
  std::int64_t silence_timeout_ms = 60'000;
  std::size_t max_frame_bytes = 1024 * 1024;
  std::size_t max_body_bytes = 16 * 1024 * 1024;
  std::string ca_file;  ///< PEM with the certificate authorities to trust; empty: the system's
  Proxy proxy;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  ports::Framing framing = ports::Framing::Whole;
  std::int64_t silence_timeout_ms = 0;  ///< 0: the client's
  HostTrust trust = HostTrust::Tenant;
  /// False: a connection of its own. A kept one may have been closed meanwhile; the request is then sent again.
  bool reuse_connection = true;
};

/// Hears the answer, on the loop. An error ends the exchange and is its result. Everything is borrowed for the call.
class ResponseHandler {
 public:
  virtual ~ResponseHandler() = default;
  virtual Result<void> on_head(int status, std::span<const ports::Header> headers) = 0;
  virtual Result<void> on_frame(std::string_view event, std::string_view data) = 0;
  /// False while no more can be taken; asked again every 20 ms.
  virtual bool ready() { return true; }
};

class ConnectionPool;
struct SocketAddress;
class TlsContext;
class Transfer;

/// One per loop, bound to it. Connections are kept and reused. No redirects, no proxy unless configured, no
/// environment. Through a proxy, operators' hosts are asked for by name; tenants' by the address that was looked at.
/// Frames of an answer whose status is not 2xx are raw chunks, whatever framing was asked for.
class Client {
 public:
  /// `resolvers`: where names of tenants are looked up; must outlive the client.
  Client(base::Loop& loop, base::WorkerPool& resolvers, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends a request and hands the answer to `handler`, which must outlive the task. Destroying the task ends the
  /// transfer at once. Errors: the handler's; Unavailable "upstream_unreachable", "upstream_cut"; Deadline
  /// "upstream_timeout"; Cancelled; PermissionDenied "address_refused"; InvalidArgument "invalid_url",
  /// "invalid_header" (a line break, or a header that the client writes itself); FailedPrecondition "tls_unusable".
  Task<Result<void>> exchange(HttpRequest request, ResponseHandler& handler, base::CancelToken cancel);

  /// The addresses of an operator's host, for what this room speaks besides HTTP. Errors as exchange().
  Task<Result<std::vector<SocketAddress>>> addresses_of(std::string host, std::uint16_t port, std::int64_t by_us);

  std::size_t active() const { return active_; }

 private:
  friend class Transfer;
  using Addresses = std::vector<SocketAddress>;
  struct Road;
  struct Known {
    Addresses addresses;
    std::int64_t until_us = 0;
  };

  Task<Result<void>> dial(Transfer& transfer, const TargetUrl& target, HostTrust trust,
                          const base::CancelToken& cancel);
  Task<Result<Addresses>> look_up(TargetUrl target, HostTrust trust, std::int64_t by_us);
  Task<Result<std::vector<Road>>> roads(TargetUrl target, HostTrust trust, std::int64_t by_us);
  Result<const TlsContext*> tls_for(const TargetUrl& target);

  base::Loop& loop_;
  base::WorkerPool& resolvers_;
  ClientOptions options_;
  std::unique_ptr<TlsContext> tls_;  // made when first used
  std::unique_ptr<ConnectionPool> pool_;
  std::map<std::string, Known> known_;  // names that were looked up
  std::vector<char> buffer_;            // what is being read; handed out before the next read
  std::size_t active_ = 0;
};

/// A whole small answer, for callers that do not stream.
struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
Task<Result<HttpResponse>> fetch(Client& client, HttpRequest request, base::CancelToken cancel);

}  // namespace platos::egress
