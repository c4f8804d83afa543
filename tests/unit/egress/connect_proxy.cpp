#include "connect_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.hpp"

namespace platos::egress {
namespace {

/// False when one side has ended.
bool pass_on(int from, int to) {
  char buffer[16 * 1024];
  const ssize_t size = ::recv(from, buffer, sizeof buffer, 0);
  return size > 0 && ::send(to, buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
}

}  // namespace

ConnectProxy::ConnectProxy() : listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { serve(); });
}

ConnectProxy::~ConnectProxy() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (auto& tunnel : tunnels_) tunnel.join();
  ::close(listener_);
}

std::string ConnectProxy::url(const std::string& credentials) const {
  return "http://" + credentials + "127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> ConnectProxy::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

void ConnectProxy::serve() {
  for (;;) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    tunnels_.emplace_back([this, client] { tunnel(client); });
  }
}

void ConnectProxy::tunnel(int client) {
  std::string head;
  char byte = 0;
  while (head.find("\r\n\r\n") == std::string::npos && ::recv(client, &byte, 1, 0) == 1) head += byte;
  {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
  }
  const auto colon = head.find(':');
  const int upstream = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(static_cast<std::uint16_t>(std::stoi(head.substr(colon + 1))));
  if (::connect(upstream, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string good = "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n";
    ::send(client, good.data(), good.size(), MSG_NOSIGNAL);
    pollfd ends[2] = {{client, POLLIN, 0}, {upstream, POLLIN, 0}};
    for (bool open = true; open && ::poll(ends, 2, -1) > 0;) {
      if (ends[0].revents != 0) open = pass_on(client, upstream);
      if (open && ends[1].revents != 0) open = pass_on(upstream, client);
    }
  }
  ::close(upstream);
  ::close(client);
}

}  // namespace platos::egress
