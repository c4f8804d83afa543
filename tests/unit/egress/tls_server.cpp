#include "tls_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "loopback.hpp"
#include "support/authority.hpp"

namespace platos::egress {

TlsServer::TlsServer(const Options& options, const std::string& certificate_file, std::string body)
    : options_(options), body_(std::move(body)), context_(SSL_CTX_new(TLS_server_method())) {
  // OpenSSL writes to sockets whose peer has gone.
  std::signal(SIGPIPE, SIG_IGN);
  const tests::Authority authority;
  authority.write(certificate_file);
  const auto issued = authority.issue(options.name);
  SSL_CTX_use_certificate(context_.get(), issued.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), issued.key.get());
  // Of its own, a library of Debian speaks nothing older than TLS 1.2.
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
  listener_ = listen_on_loopback(port_);
  thread_ = std::thread([this] { serve(); });
}

TlsServer::~TlsServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string TlsServer::url(const std::string& host) const { return "https://" + host + ":" + std::to_string(port_); }

void TlsServer::serve() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), fd);
    if (SSL_accept(tls.get()) == 1) talk(tls.get());
    ::close(fd);
  }
}

void TlsServer::talk(SSL* tls) {
  const std::string head = options_.cut
                               ? "HTTP/1.1 200 OK\r\n\r\n"
                               : "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_.size()) + "\r\n\r\n";
  const std::string answer = head + body_;
  char buffer[4096];
  while (SSL_read(tls, buffer, sizeof buffer) > 0) {
    SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
    if (options_.cut) return;
  }
}

}  // namespace platos::egress
