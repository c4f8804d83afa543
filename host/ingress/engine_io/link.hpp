// The WebSocket of a session: its connection may live on another loop than the session.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "ingress/websocket.hpp"

namespace platos::ingress {

class Session;

/// Shared by the socket's loop, where it is the WebSocket's peer, and the session's loop, which sends through it.
class SocketLink final : public WebSocketPeer, public std::enable_shared_from_this<SocketLink> {
 public:
  SocketLink(base::Loop& socket_loop, base::Loop& session_loop, std::weak_ptr<Session> session)
      : socket_loop_(socket_loop), session_loop_(session_loop), session_(std::move(session)) {}

  // On the session's loop.

  /// One batch at a time: Session::on_sent() says when the next may come.
  void send(std::vector<std::string> packets);
  void close(std::string reason);

  // On the socket's loop.

  void on_open(WebSocket& socket) override { socket_ = &socket; }
  void on_text(std::string text) override;
  void on_sent() override;
  void on_drain() override;
  void on_closed() override;

 private:
  void tell_session(void (*what)(Session&, SocketLink&));

  base::Loop& socket_loop_;
  base::Loop& session_loop_;
  std::weak_ptr<Session> session_;
  WebSocket* socket_ = nullptr;
  bool sending_ = false;
};

}  // namespace platos::ingress
