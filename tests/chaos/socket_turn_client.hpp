// A client that wants its turn over Socket.IO, whatever happens to its socket or to the daemon.
#pragma once

#include "chaos/turn_client.hpp"
#include "support/socket_client.hpp"

namespace platos::tests::chaos {

/// Bound to one thread. It says how far it came when it comes back.
class SocketTurnClient final : public TurnClient {
 public:
  using TurnClient::TurnClient;

  /// Returns the status of the upgrade, 0 when there was none.
  int connect_once(TurnLog& turn, int timeout_ms) override;

 private:
  static void ask(SocketClient& socket, TurnLog& turn);
  /// False: this socket has nothing more to say about the turn.
  static bool hear(TurnLog& turn, const SocketEvent& event);
};

}  // namespace platos::tests::chaos
