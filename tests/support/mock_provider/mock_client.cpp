#include "mock_provider/mock_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <stdexcept>

namespace platos::tests::mock {

using nlohmann::json;

std::vector<std::string> Reply::events() const {
  std::vector<std::string> found;
  std::string_view rest = body;
  while (!rest.empty()) {
    REQUIRE(rest.substr(0, 6) == "data: ");
    const auto end = rest.find("\n\n");
    REQUIRE(end != std::string_view::npos);
    found.emplace_back(rest.substr(6, end - 6));
    rest.remove_prefix(end + 2);
  }
  return found;
}

std::vector<json> Reply::chunks() const {
  std::vector<std::string> found = events();
  REQUIRE(!found.empty());
  REQUIRE(found.back() == "[DONE]");
  found.pop_back();
  std::vector<json> parsed;
  for (const auto& event : found) parsed.push_back(json::parse(event));
  return parsed;
}

std::vector<json> Reply::named_events() const {
  constexpr std::string_view kName = "event: ";
  constexpr std::string_view kData = "\ndata: ";
  std::vector<json> found;
  std::string_view rest = body;
  while (!rest.empty()) {
    REQUIRE(rest.substr(0, kName.size()) == kName);
    const auto data = rest.find(kData);
    const auto end = rest.find("\n\n");
    REQUIRE(end != std::string_view::npos);
    REQUIRE(data < end);
    found.push_back(json::parse(rest.substr(data + kData.size(), end - data - kData.size())));
    REQUIRE(found.back().at("type") == std::string(rest.substr(kName.size(), data - kName.size())));
    rest.remove_prefix(end + 2);
  }
  return found;
}

std::string Reply::text() const {
  std::string all;
  for (const json& chunk : chunks()) {
    if (chunk["choices"].empty()) continue;
    const json& delta = chunk["choices"][0]["delta"];
    if (delta.contains("content") && delta["content"].is_string()) all += delta["content"].get<std::string>();
  }
  return all;
}

json chat(const std::string& model, const json& more) {
  json body = {{"model", model}, {"messages", {{{"role", "user"}, {"content", "ping pong"}}}}};
  body.update(more);
  return body;
}

json streamed(const std::string& model, json more) {
  more["stream"] = true;
  return chat(model, more);
}

json offer(const std::vector<std::string>& names) {
  json tools = json::array();
  for (const auto& name : names) tools.push_back({{"type", "function"}, {"function", {{"name", name}}}});
  return {{"tools", tools}};
}

MockClient::MockClient(std::uint16_t port, int receive_buffer_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to the mock");
  }
}

void MockClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) throw std::runtime_error("cannot send to the mock");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void MockClient::post(const json& body) {
  const std::string text = body.dump();
  send("POST /v1/chat/completions HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer key\r\nContent-Length: " +
       std::to_string(text.size()) + "\r\n\r\n" + text);
}

void MockClient::post_message(const json& body) {
  const std::string text = body.dump();
  send(
      "POST /v1/messages HTTP/1.1\r\nHost: mock\r\nx-api-key: key\r\nanthropic-version: "
      "2023-06-01\r\nContent-Length: " +
      std::to_string(text.size()) + "\r\n\r\n" + text);
}

void MockClient::get(const std::string& path) { send("GET " + path + " HTTP/1.1\r\nHost: mock\r\n\r\n"); }

Reply MockClient::reply() {
  Reply reply;
  auto end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!receive()) return reply;
    end = buffer_.find("\r\n\r\n");
  }
  reply.head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  reply.status = std::stoi(reply.head.substr(reply.head.find(' ')));
  if (reply.status != 100) reply.complete = read_body(reply);
  return reply;
}

bool MockClient::read_body(Reply& reply) {
  if (reply.has_header("Transfer-Encoding: chunked\r\n")) return read_chunked(reply);
  const auto length_at = reply.head.find("Content-Length: ");
  REQUIRE(length_at != std::string::npos);
  const auto length = static_cast<std::size_t>(std::stoul(reply.head.substr(length_at + 16)));
  const bool complete = need(length);
  reply.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return complete;
}

bool MockClient::read_chunked(Reply& reply) {
  while (true) {
    std::size_t line_end = buffer_.find("\r\n");
    while (line_end == std::string::npos) {
      if (!receive()) return false;
      line_end = buffer_.find("\r\n");
    }
    const std::size_t size = std::stoul(buffer_, nullptr, 16);
    if (!need(line_end + 2 + size + 2)) return false;
    REQUIRE(buffer_.substr(line_end + 2 + size, 2) == "\r\n");
    reply.body.append(buffer_, line_end + 2, size);
    buffer_.erase(0, line_end + 2 + size + 2);
    if (size == 0) return true;
  }
}

std::string MockClient::peek_until(std::string_view text) {
  while (buffer_.find(text) == std::string::npos) {
    if (!receive()) throw std::runtime_error("the mock closed before it sent " + std::string(text));
  }
  return buffer_;
}

bool MockClient::at_end() { return buffer_.empty() && !receive(); }

bool MockClient::need(std::size_t bytes) {
  while (buffer_.size() < bytes) {
    if (!receive()) return false;
  }
  return true;
}

bool MockClient::receive() {
  std::array<char, 16384> bytes;
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count < 0) throw std::runtime_error(errno == EAGAIN ? "the mock does not answer" : "the connection broke");
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace platos::tests::mock
