#include "ingress/server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "ingress/connection.hpp"

namespace platos::ingress {
namespace {

constexpr int kAcceptsPerPass = 64;
constexpr int kBacklog = 4096;
constexpr std::int64_t kAcceptPauseUs = 100'000;

std::string peer_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text, sizeof text);
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(const std::string& listen) {
  try {
    const Poco::Net::SocketAddress address(listen);
    Poco::Net::ServerSocket socket;
    socket.bind(address, true, false);
    socket.listen(kBacklog);
    socket.setBlocking(false);
    // The descriptor outlives Poco's object: fronts accept on it directly.
    const int fd = ::fcntl(socket.impl()->sockfd(), F_DUPFD_CLOEXEC, 0);
    return std::unique_ptr<Listener>(new Listener(fd, socket.address().port()));
  } catch (const Poco::Exception& error) {
    return fail(ErrorKind::FailedPrecondition, "listen_failed",
                "cannot listen on " + base::printable(listen) + ": " + error.displayText() +
                    "; is another program on this port? http.listen sets another");
  }
}

Listener::~Listener() { ::close(fd_); }

Server::Server(base::Loop& loop, const Listener& listener, ServerOptions options, Handler handler, OnRefusal on_refusal,
               base::Logger& logger, std::function<std::string()> make_request_id)
    : loop_(loop),
      listener_(listener),
      options_(std::move(options)),
      handler_(std::move(handler)),
      on_refusal_(std::move(on_refusal)),
      logger_(logger),
      make_request_id_(std::move(make_request_id)) {}

Server::~Server() {
  *alive_ = false;
  loop_.unwatch(listener_.fd());
}

void Server::start() { loop_.watch(listener_.fd(), EPOLLIN | EPOLLEXCLUSIVE, *this); }

void Server::drain() {
  draining_ = true;
  loop_.unwatch(listener_.fd());
  std::vector<Connection*> all;
  for (const auto& [connection, owner] : connections_) all.push_back(connection);
  for (auto* connection : all) connection->drain();
}

void Server::on_ready(std::uint32_t) {
  for (int i = 0; i < kAcceptsPerPass; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd =
        ::accept4(listener_.fd(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) return pause_accepting();
    if (fd < 0) return;
    if (connections_.size() >= options_.max_connections) {
      ::close(fd);
      continue;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_unique<Connection>(*this, fd, peer_text(address));
    Connection& started = *connection;
    connections_.emplace(&started, std::move(connection));
    started.start();
  }
}

// Out of descriptors: looked at again a little later, instead of at once and for ever.
void Server::pause_accepting() {
  logger_.warn("ingress", "no descriptor is free: connections wait", {{"connections", connections_.size()}});
  loop_.unwatch(listener_.fd());
  loop_.call_after(kAcceptPauseUs, [this, alive = alive_] {
    if (*alive && !draining_) start();
  });
}

void Server::forget(Connection& connection) {
  // Destroyed later in the pass: it may be on the stack.
  loop_.defer([this, alive = alive_, &connection] {
    if (*alive) connections_.erase(&connection);
  });
}

bool Server::host_allowed(std::string_view host) const {
  if (host.empty()) return true;  // HTTP/1.0
  const auto end = host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
  const std::string_view port = host.substr(end);
  if (!port.empty() && (port.front() != ':' || port.find_first_not_of("0123456789", 1) != std::string_view::npos))
    return false;
  const std::string name = base::to_lower(host.substr(0, end));
  in_addr address{};
  if (name == "localhost" || name == "[::1]") return true;
  // 127.evil.example is a name, not an address.
  if (name.starts_with("127.") && ::inet_pton(AF_INET, name.c_str(), &address) == 1) return true;
  return std::any_of(options_.allowed_hosts.begin(), options_.allowed_hosts.end(), [&](const std::string& allowed) {
    return base::equals_ignoring_case(allowed, name) || base::equals_ignoring_case(allowed, host);
  });
}

}  // namespace platos::ingress
