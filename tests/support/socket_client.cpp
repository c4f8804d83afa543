#include "support/socket_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "support/text.hpp"
#include "support/websocket_frames.hpp"

namespace platos::tests {
namespace {

using SteadyClock = std::chrono::steady_clock;

int ms_left(SteadyClock::time_point until) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now()).count());
}

}  // namespace

SocketClient::SocketClient(const std::string& url, SocketOptions options) : options_(std::move(options)) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (!connected || !upgrade(url)) cut();
}

SocketClient::~SocketClient() { cut(); }

void SocketClient::cut() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool SocketClient::upgrade(const std::string& url) {
  std::string head = "GET " + options_.path + " HTTP/1.1\r\nHost: " + url.substr(url.rfind('/') + 1) +
                     "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const auto& header : options_.headers) head += header + "\r\n";
  send_bytes(head + "\r\n");
  constexpr int kUpgradeMs = 20'000;
  while (input_.find("\r\n\r\n") == std::string::npos) {
    if (!receive(kUpgradeMs)) return false;
  }
  status_ = std::stoi(input_.substr(9, 3));
  input_.erase(0, input_.find("\r\n\r\n") + 4);
  bytes_ = input_.size();
  return status_ == 101;
}

void SocketClient::send_bytes(const std::string& bytes) {
  std::size_t sent = 0;
  while (fd_ >= 0 && sent < bytes.size()) {
    const ssize_t size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

void SocketClient::send(const std::string& packet) { send_bytes(client_text(packet)); }

void SocketClient::enter(const nlohmann::json& auth) {
  send("40" + options_.name_space + "," + (auth.is_null() ? "" : auth.dump()));
}

void SocketClient::emit(const std::string& name, const nlohmann::json& body) {
  send("42" + options_.name_space + "," + nlohmann::json::array({name, body}).dump());
}

// False: closed, or the time is over.
bool SocketClient::receive(int timeout_ms) {
  if (fd_ < 0) return false;
  pollfd ready{fd_, POLLIN, 0};
  if (::poll(&ready, 1, std::max(timeout_ms, 0)) <= 0) return false;
  char buffer[16 * 1024];
  const std::size_t wanted = std::min(sizeof buffer, options_.cut_after_bytes - bytes_);
  const ssize_t size = ::recv(fd_, buffer, wanted, 0);
  if (size <= 0) {
    cut();
    return false;
  }
  input_.append(buffer, static_cast<std::size_t>(size));
  if (status_ == 0) return true;
  bytes_ += static_cast<std::size_t>(size);
  if (bytes_ >= options_.cut_after_bytes) cut();
  return true;
}

std::optional<std::string> SocketClient::take_packet() {
  while (auto frame = take_server_frame(input_)) {
    if (frame->opcode == frame_kind::kClose) {
      close_status_ = frame->status();
      cut();
    }
    if (frame->opcode != frame_kind::kText) continue;
    if (frame->payload != "2") return std::move(frame->payload);
    ++pings_;
    if (options_.answers_pings) send("3");
  }
  return std::nullopt;
}

std::optional<std::string> SocketClient::next(int timeout_ms) {
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    if (auto packet = take_packet()) return packet;
    if (!receive(ms_left(until))) return std::nullopt;
  }
}

std::optional<SocketEvent> SocketClient::next_event(int timeout_ms) {
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  const std::string begin = "42" + options_.name_space + ",[\"";
  for (;;) {
    const auto packet = next(ms_left(until));
    if (!packet) return std::nullopt;
    if (*packet == "41" + options_.name_space + ",") return SocketEvent{"disconnect", "{}"};
    if (!packet->starts_with(begin)) continue;
    const auto end = packet->find('"', begin.size());
    const std::string name = packet->substr(begin.size(), end - begin.size());
    return SocketEvent{name, packet->substr(end + 2, packet->size() - end - 3)};
  }
}

nlohmann::json SocketClient::wait_for(const std::string& name, int timeout_ms) {
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    const auto event = next_event(ms_left(until));
    if (!event) return nullptr;
    if (event->name == name) return event->body();
  }
}

std::vector<SocketEvent> SocketClient::until_done(int timeout_ms) {
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  std::vector<SocketEvent> events;
  while (auto event = next_event(ms_left(until))) {
    if (event->name != "agent_event") continue;
    events.push_back(std::move(*event));
    if (events.back().is("done")) break;
  }
  return events;
}

bool SocketClient::wait_for_ping(int timeout_ms) {
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  const int before = pings_;
  while (take_packet().has_value() || (pings_ == before && receive(ms_left(until)))) {
  }
  return pings_ > before;
}

bool SocketClient::wait_closed(int timeout_ms) {
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  while (next(ms_left(until))) {
  }
  return is_closed();
}

std::string shape_of(const std::vector<SocketEvent>& events) {
  std::vector<std::string> types;
  for (const auto& event : events) types.push_back(event.body().value("type", ""));
  return run_lengths(types);
}

std::string text_of(const std::vector<SocketEvent>& events) {
  std::vector<std::pair<std::int64_t, std::string>> kept;
  for (const auto& event : events) {
    if (!event.is("token") && !event.is("message_boundary")) continue;
    const auto body = event.body();
    const auto from = body.value("discardFrom", std::numeric_limits<std::int64_t>::max());
    std::erase_if(kept, [from](const auto& each) { return each.first >= from; });
    if (event.is("token")) kept.emplace_back(body.at("_seq"), body.at("text"));
  }
  std::string text;
  for (const auto& [seq, piece] : kept) text += piece;
  return text;
}

std::string without_thread(const SocketEvent& event) {
  const auto at = event.json.rfind(",\"threadId\":\"");
  if (event.is("message_persisted") || at == std::string::npos) return event.json;
  return event.json.substr(0, at) + "}";
}

}  // namespace platos::tests
