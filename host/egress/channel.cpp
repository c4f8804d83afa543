#include "egress/channel.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.hpp"

namespace platos::egress {
namespace {

constexpr std::size_t kMaxProxyAnswer = 16 * 1024;

tl::unexpected<Error> unreachable(const std::string& why) {
  Error error{ErrorKind::Unavailable, "upstream_unreachable", "the upstream cannot be reached: " + why, true, 0, {}};
  return fail(std::move(error));
}

std::string last_tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "the TLS connection broke" : reason;
}

// As OpenSSL's own for sockets, but a peer that has gone is an error and not a signal.
BIO_METHOD* quiet_socket() {
  static BIO_METHOD* const method = [] {
    const BIO_METHOD* plain = BIO_s_socket();
    BIO_METHOD* made = BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE");
    BIO_meth_set_read(made, BIO_meth_get_read(plain));
    BIO_meth_set_ctrl(made, BIO_meth_get_ctrl(plain));
    BIO_meth_set_create(made, BIO_meth_get_create(plain));
    BIO_meth_set_destroy(made, BIO_meth_get_destroy(plain));
    BIO_meth_set_write(made, [](BIO* bio, const char* bytes, int size) {
      BIO_clear_retry_flags(bio);
      const ssize_t sent =
          ::send(static_cast<int>(BIO_get_fd(bio, nullptr)), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
      if (sent < 0 && BIO_sock_should_retry(-1) != 0) BIO_set_retry_write(bio);
      return static_cast<int>(sent);
    });
    return made;
  }();
  return method;
}

bool is_address(const std::string& host) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 || ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(const std::string& ca_file, Speaks speaks) {
  auto made = std::unique_ptr<TlsContext>(new TlsContext(SSL_CTX_new(TLS_client_method())));
  SSL_CTX* context = made->context_.get();
  const bool trusts =
      context != nullptr && (ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                             : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1);
  if (!trusts) {
    return fail(ErrorKind::FailedPrecondition, "tls_unusable",
                "the certificate authorities" + (ca_file.empty() ? std::string(" of the system") : " in " + ca_file) +
                    " cannot be read: " + last_tls_error());
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // Buffers of 16 KiB are given back between records: a stream of tokens is idle most of the time.
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  if (speaks != Speaks::Http) return made;
  constexpr unsigned char kProtocols[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols - 1);
  return made;
}

Result<std::unique_ptr<Channel>> Channel::open(const SocketAddress& address, const TlsContext* tls,
                                               const std::string& host, std::string tunnel) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return unreachable(std::strerror(errno));
  auto channel = std::unique_ptr<Channel>(new Channel(fd));
  channel->passed_ = tunnel.empty();
  channel->tunnel_ = std::move(tunnel);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 && errno != EINPROGRESS)
    return unreachable(std::strerror(errno));
  if (tls != nullptr) {
    if (auto begun = channel->begin_tls(*tls, host); !begun) return fail(begun.error());
  }
  return channel;
}

Result<void> Channel::begin_tls(const TlsContext& context, const std::string& host) {
  tls_.reset(SSL_new(context.context_.get()));
  if (!tls_) return unreachable(last_tls_error());
  bool named = true;
  if (is_address(host)) {
    named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), host.c_str()) == 1;
  } else {
    SSL_set_hostflags(tls_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named = SSL_set1_host(tls_.get(), host.c_str()) == 1 && SSL_set_tlsext_host_name(tls_.get(), host.c_str()) == 1;
  }
  BIO* socket = named ? BIO_new(quiet_socket()) : nullptr;
  if (socket == nullptr) return unreachable(last_tls_error());
  BIO_set_fd(socket, fd_, BIO_NOCLOSE);
  SSL_set_bio(tls_.get(), socket, socket);
  SSL_set_connect_state(tls_.get());
  return {};
}

Channel::~Channel() {
  // The notice is sent if it can be sent at once; nobody waits for the other side's.
  if (tls_ && failure_.empty() && SSL_is_init_finished(tls_.get()) == 1) SSL_shutdown(tls_.get());
  ERR_clear_error();
  ::close(fd_);
}

Channel::Io Channel::fail_with(std::string why) {
  failure_ = std::move(why);
  return Io::Failed;
}

Channel::Io Channel::establish() {
  if (!connected_) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail_with(std::strerror(error));
    sockaddr_storage peer{};
    socklen_t peer_size = sizeof peer;
    if (::getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) return Io::WantsWrite;
    connected_ = true;
  }
  if (!passed_) {
    if (const Io io = pass_proxy(); io != Io::Done) return io;
  }
  if (!tls_) return Io::Done;
  ERR_clear_error();
  const int outcome = SSL_do_handshake(tls_.get());
  if (outcome == 1) return Io::Done;
  const Io io = judge_tls(outcome);
  const long verified = SSL_get_verify_result(tls_.get());
  if (io == Io::Failed && verified != X509_V_OK)
    return fail_with(std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verified));
  return io == Io::Closed ? fail_with("it closed the connection while greeting") : io;
}

// Nothing but its head is read: what would follow belongs to the upstream, which speaks second in TLS and in HTTP.
Channel::Io Channel::pass_proxy() {
  while (!tunnel_.empty()) {
    const ssize_t sent = ::send(fd_, tunnel_.data(), tunnel_.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR ? Io::WantsWrite : fail_with(std::strerror(errno));
    tunnel_.erase(0, static_cast<std::size_t>(sent));
  }
  char buffer[1024];
  while (proxy_answer_.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR ? Io::WantsRead : fail_with(std::strerror(errno));
    if (got == 0) return fail_with("the proxy closed the connection");
    proxy_answer_.append(buffer, static_cast<std::size_t>(got));
    if (proxy_answer_.size() > kMaxProxyAnswer) return fail_with("the proxy's answer does not end");
  }
  const std::string line = proxy_answer_.substr(0, proxy_answer_.find("\r\n"));
  const bool good = line.starts_with("HTTP/1.") && line.size() >= 12 && line.compare(8, 4, " 200") == 0 &&
                    (line.size() == 12 || line[12] == ' ');
  if (!good) return fail_with("the proxy refused: " + base::printable(line, 100));
  if (!proxy_answer_.ends_with("\r\n\r\n")) return fail_with("the proxy spoke out of turn");
  passed_ = true;
  return Io::Done;
}

Channel::Io Channel::judge_tls(int outcome) {
  switch (SSL_get_error(tls_.get(), outcome)) {
    case SSL_ERROR_WANT_READ: return Io::WantsRead;
    case SSL_ERROR_WANT_WRITE: return Io::WantsWrite;
    case SSL_ERROR_ZERO_RETURN: return Io::Closed;
    default: return fail_with(last_tls_error());
  }
}

Channel::Io Channel::read(char* buffer, std::size_t size, std::size_t& moved) {
  if (tls_) {
    ERR_clear_error();
    const int outcome = SSL_read_ex(tls_.get(), buffer, size, &moved);
    return outcome == 1 ? Io::Done : judge_tls(outcome);
  }
  const ssize_t got = ::recv(fd_, buffer, size, 0);
  if (got > 0) {
    moved = static_cast<std::size_t>(got);
    return Io::Done;
  }
  if (got == 0) return Io::Closed;
  return errno == EAGAIN || errno == EINTR ? Io::WantsRead : fail_with(std::strerror(errno));
}

Channel::Io Channel::write(std::string_view bytes, std::size_t& moved) {
  if (tls_) {
    ERR_clear_error();
    const int outcome = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &moved);
    return outcome == 1 ? Io::Done : judge_tls(outcome);
  }
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    moved = static_cast<std::size_t>(sent);
    return Io::Done;
  }
  return errno == EAGAIN || errno == EINTR ? Io::WantsWrite : fail_with(std::strerror(errno));
}

}  // namespace platos::egress
