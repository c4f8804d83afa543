// TLS of the HTTP front, as a filter of bytes: it owns no socket and never waits. Internal to ingress, but for
// TlsContext.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace platos::ingress {

/// A certificate with its key, and how it is used: TLS 1.2 with forward secrecy and AEAD ciphers, or 1.3; no
/// renegotiation, no compression. Immutable; connections that began with it keep it alive.
class TlsContext {
 public:
  /// Both files are PEM; the certificate's may hold the chain after it. FailedPrecondition "certificate_unusable" names
  /// the file and the reason: not readable, not PEM, key of another certificate, expired.
  static Result<std::shared_ptr<const TlsContext>> load(const std::string& certificate_file,
                                                        const std::string& key_file);

 private:
  friend class TlsFilter;
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// The server's side of one connection. Bound to its owner's thread.
class TlsFilter {
 public:
  enum class State {
    Unspecified,
    Greeting,  ///< the handshake is under way
    Open,
    Ended,   ///< the peer has said that nothing follows
    Broken,  ///< the peer broke the protocol: what is in `wire` may be sent, then the connection is over
  };

  explicit TlsFilter(std::shared_ptr<const TlsContext> context);

  /// Takes bytes off the wire, all of them. Appends what they say to `plain` and what must be sent back to `wire`.
  State receive(std::string_view bytes, std::string& plain, std::string& wire);
  /// Appends the encrypted bytes to `wire`. Only while Open.
  State send(std::string_view plain, std::string& wire);
  /// Says to the peer that nothing follows.
  void end(std::string& wire);
  State state() const { return state_; }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  /// What OpenSSL reads from and writes to while one of the functions above runs.
  struct Wire {
    std::string_view in;
    std::string* out = nullptr;
  };
  static const BIO_METHOD* wire_method();
  State judge(int outcome);

  std::shared_ptr<const TlsContext> context_;
  Wire wire_;
  std::unique_ptr<SSL, Free> tls_;
  State state_ = State::Greeting;
};

}  // namespace platos::ingress
