#include "echo_upstream.hpp"

#include <arpa/inet.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace platos::tests {
namespace {

/// The value of a header; names in any case.
std::string header(const std::string& head, const std::string& name) {
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto at = lower.find("\r\n" + name + ":");
  if (at == std::string::npos) return {};
  const auto begin = head.find_first_not_of(' ', at + name.size() + 3);
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

/// One whole request, or as much as came.
std::string read_request(int connection) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const auto end = text.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::string length = header(text.substr(0, end + 2), "content-length");
      if (text.size() >= end + 4 + std::stoul(length.empty() ? "0" : length)) return text;
    }
    const ssize_t size = ::recv(connection, buffer, sizeof buffer, 0);
    if (size <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
  }
}

}  // namespace

EchoUpstream::EchoUpstream() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  ::listen(listener_, 16);
  thread_ = std::thread([this] { serve(); });
}

EchoUpstream::~EchoUpstream() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> EchoUpstream::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void EchoUpstream::serve() {
  for (int connection; (connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    answer(connection);
    ::close(connection);
  }
}

void EchoUpstream::answer(int connection) {
  const std::string request = read_request(connection);
  const auto body = request.substr(std::min(request.find("\r\n\r\n"), request.size() - 4) + 4);
  const std::string lines = body + "\n" + header(request, "authorization") + "\nend\n";
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const std::string text =
      "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\ncontent-length: " +
      std::to_string(lines.size()) + "\r\n\r\n" + lines;
  ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace platos::tests
