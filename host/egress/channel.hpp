// A non-blocking connection to an upstream: TCP, with TLS on top when asked for. Internal to egress.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace platos::egress {

/// What all TLS connections of a client share: the authorities that are trusted, TLS 1.2 or newer.
class TlsContext {
 public:
  /// What is spoken inside: HTTP says so while greeting.
  enum class Speaks { Unspecified, Http, Other };
  /// `ca_file`: PEM; empty: the system's. FailedPrecondition "tls_unusable".
  static Result<std::unique_ptr<TlsContext>> make(const std::string& ca_file, Speaks speaks = Speaks::Http);

 private:
  friend class Channel;
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// An address that was looked up or read, with its port.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Owns its socket. Bound to one loop; whoever drives it watches fd().
class Channel {
 public:
  /// What an operation did, or waits for.
  enum class Io { Unspecified, Done, WantsRead, WantsWrite, Closed, Failed };

  /// Begins to connect. `tls` may be null: none; else the peer must prove that it is `host`. `tunnel`: what is said to
  /// the proxy at `address` first, which must answer 200; empty: there is no proxy. Unavailable "upstream_unreachable".
  static Result<std::unique_ptr<Channel>> open(const SocketAddress& address, const TlsContext* tls,
                                               const std::string& host, std::string tunnel = {});
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int fd() const { return fd_; }
  /// For protocols that turn TLS on later: establish() greets then, and the peer must prove that it is `host`.
  Result<void> begin_tls(const TlsContext& context, const std::string& host);
  /// Goes on connecting and greeting. Call it again when the descriptor is ready.
  Io establish();
  /// `moved` is set with Done only. Closed: the peer has ended its side in good order.
  Io read(char* buffer, std::size_t size, std::size_t& moved);
  Io write(std::string_view bytes, std::size_t& moved);
  /// Decrypted bytes wait inside: no event of the descriptor will tell of them.
  bool has_buffered() const { return tls_ && SSL_pending(tls_.get()) > 0; }
  /// Why the last operation failed.
  const std::string& failure() const { return failure_; }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  explicit Channel(int fd) : fd_(fd) {}
  Io judge_tls(int outcome);
  Io pass_proxy();
  Io fail_with(std::string why);

  int fd_;
  std::unique_ptr<SSL, Free> tls_;
  bool connected_ = false;
  std::string tunnel_;        // what is left to say to the proxy
  std::string proxy_answer_;  // what it has said so far
  bool passed_ = true;        // it has let us through
  std::string failure_;
};

}  // namespace platos::egress
