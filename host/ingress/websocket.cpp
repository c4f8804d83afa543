#include "ingress/websocket.hpp"

#include <openssl/evp.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"

namespace platos::ingress {
namespace {

// RFC 6455, 1.3.
constexpr std::string_view kHandshakeGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyCharacters = 24;  // 16 bytes in base64

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + std::string(kHandshakeGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string encoded(4 * ((size + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), digest.data(), static_cast<int>(size));
  encoded.resize(static_cast<std::size_t>(length));
  return encoded;
}

/// `word` stands in a list with commas.
bool lists(std::string_view header, std::string_view word) {
  const auto words = base::split(header, ',');
  return std::any_of(words.begin(), words.end(),
                     [word](std::string_view each) { return base::equals_ignoring_case(base::trim(each), word); });
}

tl::unexpected<Error> bad_handshake(const std::string& why) {
  return fail(ErrorKind::InvalidArgument, "invalid_websocket_handshake", why);
}

}  // namespace

struct WebSocket::Callbacks {
  static WebSocket& of(void* self) { return *static_cast<WebSocket*>(self); }

  static ssize_t receive(wslay_event_context_ptr context, std::uint8_t* buffer, std::size_t size, int, void* self) {
    auto& input = of(self).input_;
    if (input.empty()) {
      wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const std::size_t taken = std::min(size, input.size());
    std::memcpy(buffer, input.data(), taken);
    input.remove_prefix(taken);
    return static_cast<ssize_t>(taken);
  }

  static ssize_t send(wslay_event_context_ptr context, const std::uint8_t* data, std::size_t size, int, void* self) {
    WebSocket& socket = of(self);
    if (socket.room_ == 0) {
      wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const std::size_t taken = std::min(size, socket.room_);
    socket.output_->append(reinterpret_cast<const char*>(data), taken);
    socket.room_ -= taken;
    return static_cast<ssize_t>(taken);
  }

  static void message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* self) {
    WebSocket& socket = of(self);
    if (socket.closing_ || wslay_is_ctrl_frame(message->opcode)) return;
    if (message->opcode != WSLAY_TEXT_FRAME) {
      return socket.close(WSLAY_CODE_UNSUPPORTED_DATA, "only text is spoken here");
    }
    socket.peer_->on_text({reinterpret_cast<const char*>(message->msg), message->msg_length});
  }
};

void WebSocket::Free::operator()(wslay_event_context* context) const { wslay_event_context_free(context); }

WebSocket::WebSocket(std::shared_ptr<WebSocketPeer> peer, std::size_t max_message_bytes) : peer_(std::move(peer)) {
  wslay_event_callbacks callbacks{};
  callbacks.recv_callback = &Callbacks::receive;
  callbacks.send_callback = &Callbacks::send;
  callbacks.on_msg_recv_callback = &Callbacks::message;
  wslay_event_context_ptr context = nullptr;
  if (wslay_event_context_server_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
  context_.reset(context);
  wslay_event_config_set_max_recv_msg_length(context, max_message_bytes);
  peer_->on_open(*this);
}

WebSocket::~WebSocket() { peer_->on_closed(); }

void WebSocket::tell_ready() const {
  if (ready_) ready_();
}

void WebSocket::send(std::string_view text) {
  if (closing_) return;
  const wslay_event_msg message{WSLAY_TEXT_FRAME, reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  if (wslay_event_queue_msg(context_.get(), &message) == WSLAY_ERR_NOMEM) broken_ = true;
  tell_ready();
}

void WebSocket::close(std::uint16_t status, std::string_view reason) {
  if (std::exchange(closing_, true)) return;
  constexpr std::size_t kMaxReason = 123;  // RFC 6455, 5.5
  close_status_ = status;
  close_reason_ = base::cut_utf8(reason, kMaxReason);
  tell_ready();
}

// wslay lets control frames overtake texts, so a close is not given to it before these have left.
bool WebSocket::begin_close() {
  if (close_status_ == 0 || wslay_event_want_write(context_.get())) return false;
  wslay_event_queue_close(context_.get(), std::exchange(close_status_, std::uint16_t{0}),
                          reinterpret_cast<const std::uint8_t*>(close_reason_.data()), close_reason_.size());
  return true;
}

void WebSocket::receive(std::string_view bytes) {
  input_ = bytes;
  // What breaks the protocol is told by the close frame that wslay has queued then.
  if (wslay_event_recv(context_.get()) != 0 && !wslay_event_want_write(context_.get())) broken_ = true;
  input_ = {};
  // It may have an answer to a ping, or to a close.
  if (broken_ || wslay_event_want_write(context_.get()) || wslay_event_get_close_received(context_.get())) tell_ready();
}

ByteStream::State WebSocket::pull(std::string& out, std::size_t max_bytes) {
  const std::size_t before = out.size();
  output_ = &out;
  room_ = max_bytes;
  do {
    if (wslay_event_send(context_.get()) != 0) broken_ = true;
  } while (!broken_ && begin_close());
  output_ = nullptr;
  if (broken_) return State::Broken;
  // Who was told that it is over is not waited for: some never answer.
  if (wslay_event_get_close_sent(context_.get())) return State::End;
  if (!wslay_event_want_write(context_.get())) peer_->on_sent();
  return out.size() > before ? State::Bytes : State::Pending;
}

bool wants_websocket(const Request& request) {
  return request.method == "GET" && lists(request.all("upgrade"), "websocket");
}

Result<void> check_websocket_handshake(const Request& request) {
  if (!wants_websocket(request) || !lists(request.all("connection"), "upgrade")) {
    return bad_handshake("expected GET with \"Connection: Upgrade\" and \"Upgrade: websocket\"");
  }
  if (request.header("sec-websocket-version") != "13") return bad_handshake("expected Sec-WebSocket-Version: 13");
  const auto key = base::trim(request.header("sec-websocket-key"));
  if (key.size() != kKeyCharacters || !key.ends_with("==")) {
    return bad_handshake("expected Sec-WebSocket-Key with 16 bytes in base64");
  }
  return {};
}

Response accept_websocket(const Request& request, std::shared_ptr<WebSocketPeer> peer, std::size_t max_message_bytes) {
  Response response;
  response.status = 101;
  response.headers = {{"Upgrade", "websocket"},
                      {"Sec-WebSocket-Accept", accept_key(base::trim(request.header("sec-websocket-key")))}};
  response.duplex = std::make_unique<WebSocket>(std::move(peer), max_message_bytes);
  return response;
}

}  // namespace platos::ingress
