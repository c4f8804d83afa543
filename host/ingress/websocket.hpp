// A WebSocket (RFC 6455) on a connection that was upgraded: whole text messages both ways.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ingress/message.hpp"

struct wslay_event_context;

namespace platos::ingress {

class WebSocket;

/// What stands behind a WebSocket. Called on the connection's loop, never from inside WebSocket::send() or close().
class WebSocketPeer {
 public:
  virtual ~WebSocketPeer() = default;
  /// First; the socket lives until on_closed().
  virtual void on_open(WebSocket& socket) = 0;
  virtual void on_text(std::string text) = 0;
  /// Everything that was given to send() has been taken by the connection.
  virtual void on_sent() = 0;
  /// The server stops: the socket should be closed when it is no longer needed.
  virtual void on_drain() = 0;
  /// Last, however it ended.
  virtual void on_closed() = 0;
};

/// Bound to its connection's loop. Answers pings by itself; binary messages, text that is not UTF-8, and messages over
/// the limit end it with the status that RFC 6455 has for them.
class WebSocket final : public Duplex {
 public:
  WebSocket(std::shared_ptr<WebSocketPeer> peer, std::size_t max_message_bytes);
  ~WebSocket() override;

  void send(std::string_view text);
  /// Ends it after what was sent before; what comes in from now on is thrown away.
  void close(std::uint16_t status, std::string_view reason);

  void receive(std::string_view bytes) override;
  State pull(std::string& out, std::size_t max_bytes) override;
  void on_ready(std::function<void()> ready) override { ready_ = std::move(ready); }
  void drain() override { peer_->on_drain(); }

 private:
  struct Callbacks;
  struct Free {
    void operator()(wslay_event_context* context) const;
  };
  void tell_ready() const;
  bool begin_close();

  std::shared_ptr<WebSocketPeer> peer_;
  std::unique_ptr<wslay_event_context, Free> context_;
  std::function<void()> ready_;
  std::string_view input_;         // during receive()
  std::string* output_ = nullptr;  // during pull()
  std::size_t room_ = 0;
  std::uint16_t close_status_ = 0;  // of a close that waits for what was sent before it
  std::string close_reason_;
  bool closing_ = false;
  bool broken_ = false;
};

/// True for a GET that asks to become a WebSocket.
bool wants_websocket(const Request& request);

/// InvalidArgument "invalid_websocket_handshake" says what RFC 6455 wants.
Result<void> check_websocket_handshake(const Request& request);
/// The 101 answer to a request that was checked; makes the connection a WebSocket.
Response accept_websocket(const Request& request, std::shared_ptr<WebSocketPeer> peer, std::size_t max_message_bytes);

}  // namespace platos::ingress
