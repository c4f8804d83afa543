#include "chaos/wire.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <nlohmann/json.hpp>

#include "chaos/elapsed.hpp"

namespace platos::tests::chaos {
namespace {

constexpr std::string_view kBoundary = R"({"type":"message_boundary","reason":"retry")";

class Socket {
 public:
  explicit Socket(const std::string& url) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0;
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  bool connected() const { return connected_; }

  bool send(const std::string& bytes) const {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return false;
      sent += static_cast<std::size_t>(size);
    }
    return true;
  }

  /// 0: closed, lost, or nothing within the time.
  std::size_t receive(char* buffer, std::size_t size, std::int64_t timeout_ms) const {
    pollfd event{fd_, POLLIN, 0};
    if (timeout_ms <= 0 || ::poll(&event, 1, static_cast<int>(timeout_ms)) <= 0) return 0;
    return static_cast<std::size_t>(std::max<ssize_t>(0, ::recv(fd_, buffer, size, 0)));
  }

 private:
  int fd_;
  bool connected_ = false;
};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string request_text(const Address& address, const Exchange& request) {
  std::string text = request.method + " " + request.path + " HTTP/1.1\r\nHost: " + address.url.substr(7) +
                     "\r\nConnection: close\r\nAuthorization: Bearer " + address.key + "\r\n";
  for (const auto& header : request.headers) text += header + "\r\n";
  if (request.method == "POST") {
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return text + "\r\n" + request.body;
}

/// Takes the answer apart as it comes.
class AnswerReader {
 public:
  explicit AnswerReader(Reply& reply) : reply_(reply) {}

  void take(const char* data, std::size_t size) {
    reply_.bytes += size;
    rest_.append(data, size);
    if (reply_.status == 0) take_head();
    if (reply_.status != 0) chunked_ ? take_chunks() : take_plain();
  }

 private:
  void take_head() {
    const auto end = rest_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    for (std::size_t at = rest_.find("\r\n") + 2; at < end + 2; at = rest_.find("\r\n", at) + 2) {
      const auto colon = rest_.find(": ", at);
      reply_.headers[lower(rest_.substr(at, colon - at))] = rest_.substr(colon + 2, rest_.find("\r\n", at) - colon - 2);
    }
    reply_.status = std::stoi(rest_.substr(9, 3));
    chunked_ = reply_.headers.contains("transfer-encoding");
    length_ = reply_.headers.contains("content-length") ? std::stoul(reply_.headers["content-length"]) : 0;
    rest_.erase(0, end + 4);
  }

  void take_plain() {
    reply_.body += std::exchange(rest_, {});
    reply_.complete = reply_.body.size() >= length_;
  }

  /// What has come of a chunk is passed on: a client loses its connection inside of chunks, too.
  void take_chunks() {
    while (!reply_.complete) {
      if (chunk_left_ == 0) {
        const auto line_end = rest_.find("\r\n");
        if (line_end == std::string::npos) return;
        const std::size_t size = std::stoul(rest_, nullptr, 16);
        if (size == 0) {
          reply_.complete = true;
          return;
        }
        rest_.erase(0, line_end + 2);
        chunk_left_ = size + 2;
      }
      if (rest_.empty()) return;
      const std::size_t taken = std::min(rest_.size(), chunk_left_);
      // The last two bytes are the line end behind the chunk.
      reply_.body.append(rest_, 0, chunk_left_ > 2 ? std::min(taken, chunk_left_ - 2) : 0);
      rest_.erase(0, taken);
      chunk_left_ -= taken;
    }
  }

  Reply& reply_;
  std::string rest_;
  bool chunked_ = false;
  std::size_t length_ = 0;
  std::size_t chunk_left_ = 0;  // its line end included
};

Frame frame_of(std::string_view text) {
  Frame frame;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with("id: ")) frame.id = std::stoll(std::string(line.substr(4)));
    if (line.starts_with("data: ")) frame.data = line.substr(6);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return frame;
}

/// False: the caller wants no more.
bool tell_frames(const Exchange& request, const Reply& reply, std::size_t& told) {
  if (reply.status != 200 || !request.on_frame) return true;
  for (auto end = reply.body.find("\n\n", told); end != std::string::npos; end = reply.body.find("\n\n", told)) {
    const Frame frame = frame_of(std::string_view(reply.body).substr(told, end - told));
    told = end + 2;
    if (!request.on_frame(frame)) return false;
  }
  return true;
}

}  // namespace

Reply exchange(const Address& address, const Exchange& request) {
  const auto until = Clock::now() + std::chrono::milliseconds(request.timeout_ms);
  Reply reply;
  const Socket socket(address.url);
  reply.connected = socket.connected();
  if (!reply.connected || !socket.send(request_text(address, request))) return reply;
  AnswerReader reader(reply);
  std::size_t told = 0;
  char buffer[16 * 1024];
  while (!reply.complete && reply.bytes < request.cut_after_bytes) {
    const std::size_t most = std::min(sizeof buffer, request.cut_after_bytes - reply.bytes);
    const std::size_t size = socket.receive(buffer, most, ms_until(until));
    if (size == 0) break;
    reader.take(buffer, size);
    if (!tell_frames(request, reply, told)) break;
  }
  return reply;
}

std::vector<Frame> frames_of(const std::string& body) {
  std::vector<Frame> frames;
  std::size_t at = 0;
  for (auto end = body.find("\n\n"); end != std::string::npos; end = body.find("\n\n", at)) {
    frames.push_back(frame_of(std::string_view(body).substr(at, end - at)));
    at = end + 2;
  }
  return frames;
}

std::vector<Frame> transcript(const std::vector<Frame>& frames) {
  std::vector<Frame> kept;
  for (const auto& frame : frames) {
    if (!frame.data.starts_with(kBoundary)) {
      kept.push_back(frame);
      continue;
    }
    const std::int64_t from = nlohmann::json::parse(frame.data).at("discardFrom");
    std::erase_if(kept, [from](const Frame& each) { return each.id >= from; });
  }
  return kept;
}

}  // namespace platos::tests::chaos
