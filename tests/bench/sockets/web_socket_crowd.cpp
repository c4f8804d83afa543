#include "sockets/web_socket_crowd.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "load/turn_watch.hpp"
#include "support/websocket_frames.hpp"

namespace platos::bench {
namespace {

[[noreturn]] void fail_with_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail_with_errno("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail_with_errno("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

}  // namespace

WebSocketCrowd::WebSocketCrowd(std::uint16_t port) : port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail_with_errno("epoll_create1");
}

WebSocketCrowd::~WebSocketCrowd() {
  for (const auto& client : clients_) ::close(client.fd);
  ::close(epoll_);
}

void WebSocketCrowd::write(const Client& client, std::string_view bytes) const {
  if (::send(client.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    fail_with_errno("send");
}

void WebSocketCrowd::add(std::string_view path, std::string_view bearer, std::string_view first) {
  std::string head = "GET ";
  head.append(path).append(
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ");
  head.append(bearer).append("\r\n\r\n");
  clients_.push_back({connect_to(port_), false, {}});
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = clients_.size() - 1;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_.back().fd, &event);
  write(clients_.back(), head + tests::client_text(first));
}

void WebSocketCrowd::send(std::size_t client, std::string_view text) const {
  write(clients_[client], tests::client_text(text));
}

bool WebSocketCrowd::run_until(const std::function<bool()>& done, std::int64_t within_ms) {
  const std::int64_t until_us = monotonic_us() + within_ms * 1000;
  std::array<epoll_event, 256> events;
  while (!done()) {
    const std::int64_t left_us = until_us - monotonic_us();
    if (left_us <= 0) return false;
    const int ready =
        ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(left_us / 1000) + 1);
    for (int i = 0; i < ready; ++i) receive(events[static_cast<std::size_t>(i)].data.u64);
  }
  return true;
}

void WebSocketCrowd::receive(std::size_t number) {
  Client& client = clients_[number];
  std::array<char, 16 * 1024> buffer;
  const ssize_t size = ::recv(client.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) throw std::runtime_error("the server has closed a client");
  client.input.append(buffer.data(), static_cast<std::size_t>(size));
  if (!client.upgraded) {
    const auto end = client.input.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (!client.input.starts_with("HTTP/1.1 101")) throw std::runtime_error(client.input.substr(0, end));
    client.upgraded = true;
    client.input.erase(0, end + 4);
  }
  while (const auto frame = tests::take_server_frame(client.input)) {
    if (on_text) on_text(number, frame->payload);
  }
  if (client.input.empty()) client.input = {};
}

}  // namespace platos::bench
