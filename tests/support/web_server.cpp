#include "support/web_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace platos::tests {
namespace {

std::string read_head(int fd) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && ::recv(fd, &byte, 1, 0) == 1) head += byte;
  return head.ends_with("\r\n\r\n") ? head : std::string();
}

std::string read_body(int fd, const std::string& head) {
  const auto length = head.find("Content-Length: ");
  std::string body(length == std::string::npos ? 0 : static_cast<std::size_t>(std::atol(head.c_str() + length + 16)),
                   0);
  for (std::size_t done = 0; done < body.size();) {
    const ssize_t size = ::recv(fd, body.data() + done, body.size() - done, 0);
    if (size <= 0) break;
    done += static_cast<std::size_t>(size);
  }
  return body;
}

void write_all(int fd, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t size = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

std::string word(const std::string& line, int number) {
  std::size_t begin = 0;
  for (; number > 0; --number) begin = line.find(' ', begin) + 1;
  return line.substr(begin, line.find_first_of(" \r", begin) - begin);
}

}  // namespace

WebServer::WebServer(Handler handler)
    : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no port for the web server");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

WebServer::~WebServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& talk : talks_) talk.join();
  ::close(listener_);
}

std::vector<WebVisit> WebServer::visits() const {
  const std::lock_guard lock(mutex_);
  return visits_;
}

std::string WebServer::page(const std::string& body, const std::string& type, int status) {
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: " + type +
         "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string WebServer::redirect(const std::string& location, int status) {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + location +
         "\r\nConnection: close\r\nContent-Length: 5\r\n\r\nmoved";
}

void WebServer::serve() {
  for (;;) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const std::lock_guard lock(mutex_);
    open_.push_back(client);
    talks_.emplace_back([this, client] { talk(client); });
  }
}

void WebServer::talk(int client) {
  WebVisit visit;
  visit.head = read_head(client);
  if (word(visit.head, 0) == "CONNECT") {
    visit.authority = word(visit.head, 1);
    write_all(client, "HTTP/1.1 200 Connection established\r\n\r\n");
    visit.head = read_head(client);
  }
  if (!visit.head.empty()) {
    visit.method = word(visit.head, 0);
    visit.path = word(visit.head, 1);
    visit.body = read_body(client, visit.head);
    {
      const std::lock_guard lock(mutex_);
      visits_.push_back(visit);
    }
    write_all(client, handler_(visit));
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, client);
  ::close(client);
}

}  // namespace platos::tests
