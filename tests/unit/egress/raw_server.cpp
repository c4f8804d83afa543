#include "raw_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "loopback.hpp"

namespace platos::egress {

std::string RawServer::Peer::read_request() const {
  std::string text;
  char buffer[4096];
  std::size_t wanted = std::string::npos;
  while (text.size() < wanted) {
    const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
    if (size <= 0) return {};
    text.append(buffer, static_cast<std::size_t>(size));
    const auto end = text.find("\r\n\r\n");
    if (wanted != std::string::npos || end == std::string::npos) continue;
    const auto length = text.find("Content-Length: ");
    wanted = end + 4;
    if (length < end) wanted += static_cast<std::size_t>(std::atol(text.c_str() + length + 16));
  }
  return text;
}

void RawServer::Peer::send(const std::string& bytes) const {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

void RawServer::Peer::reset() const {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void RawServer::Peer::wait_for_close() const {
  char byte = 0;
  while (::recv(fd_, &byte, 1, 0) > 0) {
  }
}

RawServer::RawServer(Script script) : script_(std::move(script)), listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string RawServer::url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

void RawServer::serve() {
  while (!stopping_) {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    Peer peer(fd);
    script_(peer, ++connections_);
    ::close(fd);
  }
}

}  // namespace platos::egress
