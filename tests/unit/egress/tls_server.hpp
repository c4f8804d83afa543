// A TLS server of few words, with a certificate that it makes itself.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace platos::egress {

/// Answers every request on every connection with `body`, one connection after the other, until destroyed.
class TlsServer {
 public:
  struct Options {
    std::string name = "127.0.0.1";  ///< what the certificate says: an address or a DNS name
    int max_version = TLS1_3_VERSION;
    bool cut = false;  ///< ends an answer without length by closing the socket, without TLS's own notice
  };
  /// Writes the certificate of its authority to `certificate_file`.
  TlsServer(const Options& options, const std::string& certificate_file, std::string body);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string url(const std::string& host = "127.0.0.1") const;
  int connections() const { return connections_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  void serve();
  void talk(SSL* tls);

  Options options_;
  std::string body_;
  std::unique_ptr<SSL_CTX, Free> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

}  // namespace platos::egress
