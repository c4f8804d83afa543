// A WebSocket between frames that a client might send and a peer that writes down what reaches it.
#include "ingress/websocket.hpp"

#include <catch2/catch.hpp>

#include "support/websocket_frames.hpp"

namespace platos::ingress {
namespace {

using tests::client_frame;
using tests::client_text;
using tests::ServerFrame;
namespace kind = tests::frame_kind;

constexpr std::size_t kMaxMessage = 100'000;
constexpr int kNoStatus = 1005;

struct Written final : WebSocketPeer {
  std::vector<std::string> texts;
  int sent = 0;
  int drained = 0;
  bool closed = false;

  void on_open(WebSocket&) override {}
  void on_text(std::string text) override { texts.push_back(std::move(text)); }
  void on_sent() override { ++sent; }
  void on_drain() override { ++drained; }
  void on_closed() override { closed = true; }
};

struct Wire {
  std::shared_ptr<Written> peer = std::make_shared<Written>();
  std::unique_ptr<WebSocket> socket = std::make_unique<WebSocket>(peer, kMaxMessage);
  ByteStream::State state = ByteStream::State::Pending;
  bool told = false;

  Wire() {
    socket->on_ready([this] { told = true; });
  }

  /// As a connection does: what came, in pieces of that size, and what goes out at most so many bytes at a time.
  std::vector<ServerFrame> exchange(std::string_view bytes, std::size_t piece = SIZE_MAX, std::size_t room = 65'536) {
    while (!bytes.empty()) {
      const auto taken = std::min(piece, bytes.size());
      socket->receive(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
    }
    return pull(room);
  }
  std::vector<ServerFrame> pull(std::size_t room = 65'536) {
    std::string out;
    do state = socket->pull(out, room);
    while (state == ByteStream::State::Bytes);
    auto frames = tests::take_server_frames(out);
    CHECK(out.empty());
    return frames;
  }
  /// The close status that these bytes bring about, or 0.
  static int status_after(const std::string& bytes) {
    Wire wire;
    const auto frames = wire.exchange(bytes);
    const bool ended = wire.state == ByteStream::State::End && frames.size() == 1 && frames[0].opcode == kind::kClose;
    CHECK(wire.told == ended);
    return ended ? frames[0].status() : 0;
  }
};

std::string fragmented(const std::vector<std::string>& parts, const std::string& between = {}) {
  std::string bytes;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) bytes += between;
    bytes += client_frame(i == 0 ? kind::kText : kind::kContinuation, parts[i], {i + 1 == parts.size(), true, 0});
  }
  return bytes;
}

std::string close_payload(int status, const std::string& reason = {}) {
  return std::string{static_cast<char>(status >> 8), static_cast<char>(status)} + reason;
}

}  // namespace

TEST_CASE("Messages of every length come through whole, however their bytes arrive") {
  std::vector<std::string> sent;
  std::string bytes;
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 1'000U}) {
    sent.push_back(std::string(size, 'a') + "\xC3\xA9");
    bytes += client_text(sent.back());
  }
  sent.emplace_back("one two three");
  bytes += fragmented({"one ", "two ", "", "three"}, client_frame(kind::kPing, "still there?"));
  for (std::size_t piece = 1; piece <= 40; ++piece) {
    Wire wire;
    const auto answers = wire.exchange(bytes, piece);
    CHECK(wire.peer->texts == sent);
    REQUIRE(answers.size() == 3);
    for (const auto& answer : answers) {
      CHECK(answer.opcode == kind::kPong);
      CHECK(answer.payload == "still there?");
    }
  }
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    Wire wire;
    wire.socket->receive(std::string_view(bytes).substr(0, split));
    wire.socket->receive(std::string_view(bytes).substr(split));
    REQUIRE(wire.peer->texts == sent);
  }
}

TEST_CASE("What is sent is pulled in pieces of any size, and its end is told") {
  for (const std::size_t room : {1U, 2U, 7U, 100'000U}) {
    Wire wire;
    wire.socket->send("short");
    wire.socket->send(std::string(70'000, 'x'));
    CHECK(wire.told);
    const auto frames = wire.pull(room);
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].payload == "short");
    CHECK(frames[1].payload == std::string(70'000, 'x'));
    CHECK(frames[1].opcode == kind::kText);
    CHECK(wire.peer->sent > 0);
  }
}

TEST_CASE("What breaks the rules ends the socket with the status that RFC 6455 has for it") {
  using Form = tests::FrameForm;
  CHECK(Wire::status_after(client_frame(kind::kBinary, "abc")) == 1003);
  CHECK(Wire::status_after(client_text("\xC3\x28")) == 1007);
  CHECK(Wire::status_after(client_text("\xED\xA0\x80")) == 1007);
  CHECK(Wire::status_after(client_text("cut \xE2\x82")) == 1007);
  CHECK(Wire::status_after(fragmented({"\xE2", "\x28"})) == 1007);
  CHECK(Wire::status_after(fragmented({"\xE2\x82", "\xAC"})) == 0);
  CHECK(Wire::status_after(client_text(std::string(kMaxMessage, 'x'))) == 0);
  CHECK(Wire::status_after(client_text(std::string(kMaxMessage + 1, 'x'))) == 1009);
  CHECK(Wire::status_after(fragmented({std::string(kMaxMessage, 'x'), "y"})) == 1009);
  for (const int reserved : {1, 2, 4}) {
    CHECK(Wire::status_after(client_frame(kind::kText, "abc", Form{true, true, reserved})) == 1002);
  }
  CHECK(Wire::status_after(client_frame(kind::kContinuation, "of nothing")) == 1002);
  CHECK(Wire::status_after(client_frame(kind::kText, "a", Form{false, true, 0}) + client_text("b")) == 1002);
  CHECK(Wire::status_after(client_frame(3, "")) == 1002);
  CHECK(Wire::status_after(client_frame(11, "")) == 1002);
  CHECK(Wire::status_after(client_frame(kind::kText, "abc", Form{true, false, 0})) == 1002);
  // Frames that cannot even be read: a close without a status.
  CHECK(Wire::status_after(client_frame(kind::kPing, std::string(126, 'p'))) == kNoStatus);
  CHECK(Wire::status_after(client_frame(kind::kPing, "p", Form{false, true, 0})) == kNoStatus);
  // A length of eight bytes with its highest bit set, and one that needs fewer bytes.
  CHECK(Wire::status_after(std::string("\x81\xFF\x80\0\0\0\0\0\0\0", 10)) == kNoStatus);
  CHECK(Wire::status_after(std::string("\x81\xFE\0\x05\0\0\0\0hello", 13)) == kNoStatus);
}

TEST_CASE("A close is answered with its own status, or with 1002 when that is none, and nothing follows") {
  CHECK(Wire::status_after(client_frame(kind::kClose, "")) == 1005);
  CHECK(Wire::status_after(client_frame(kind::kClose, close_payload(1000, "bye"))) == 1000);
  CHECK(Wire::status_after(client_frame(kind::kClose, close_payload(3001))) == 3001);
  CHECK(Wire::status_after(client_frame(kind::kClose, close_payload(1005))) == 1002);
  CHECK(Wire::status_after(client_frame(kind::kClose, close_payload(999))) == 1002);
  CHECK(Wire::status_after(client_frame(kind::kClose, "x")) == kNoStatus);
  CHECK(Wire::status_after(client_frame(kind::kClose, close_payload(1000, "\xC3"))) == 1007);
  Wire wire;
  wire.exchange(client_frame(kind::kClose, close_payload(1000)) + client_text("late"));
  wire.socket->send("too late");
  CHECK(wire.peer->texts.empty());
  CHECK(wire.state == ByteStream::State::End);
}

TEST_CASE("Closing sends what was sent before, then the close, and hears nothing more") {
  Wire wire;
  wire.socket->send("last words");
  wire.socket->close(1001, "going " + std::string(200, 'x'));
  wire.socket->close(1000, "again");
  wire.socket->send("after that");
  const auto frames = wire.exchange(client_text("unheard"));
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].payload == "last words");
  CHECK(frames[1].status() == 1001);
  CHECK(frames[1].payload.size() == 125);
  CHECK(wire.state == ByteStream::State::End);
  CHECK(wire.peer->texts.empty());
  CHECK_FALSE(wire.peer->closed);
  wire.socket.reset();
  CHECK(wire.peer->closed);
}

TEST_CASE("A drain is passed on") {
  Wire wire;
  wire.socket->drain();
  CHECK(wire.peer->drained == 1);
}

namespace {

Request handshake(std::vector<std::pair<std::string, std::string>> changed = {}) {
  Request request;
  request.method = "GET";
  std::map<std::string, std::string> headers = {{"connection", "keep-alive, Upgrade"},
                                                {"upgrade", "WebSocket"},
                                                {"sec-websocket-version", "13"},
                                                {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  for (auto& [name, value] : changed) headers[name] = value;
  for (const auto& each : headers) request.headers.push_back(each);
  return request;
}

}  // namespace

TEST_CASE("The handshake is the one of RFC 6455") {
  const auto request = handshake();
  REQUIRE(check_websocket_handshake(request));
  const auto response = accept_websocket(request, std::make_shared<Written>(), kMaxMessage);
  CHECK(response.status == 101);
  CHECK(response.duplex != nullptr);
  bool accepted = false;
  for (const auto& [name, value] : response.headers) {
    accepted = accepted || (name == "Sec-WebSocket-Accept" && value == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }
  CHECK(accepted);
  CHECK_FALSE(check_websocket_handshake(handshake({{"upgrade", "h2c"}})));
  CHECK_FALSE(check_websocket_handshake(handshake({{"connection", "close"}})));
  CHECK_FALSE(check_websocket_handshake(handshake({{"sec-websocket-version", "8"}})));
  CHECK_FALSE(check_websocket_handshake(handshake({{"sec-websocket-key", "c2hvcnQ="}})));
  auto posted = handshake();
  posted.method = "POST";
  CHECK_FALSE(check_websocket_handshake(posted));
}

}  // namespace platos::ingress
