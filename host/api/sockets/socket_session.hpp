// Socket.IO 5 on a session: namespaces, each with its own credentials.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/sockets/agent_socket.hpp"
#include "ingress/engine_io/packet.hpp"

namespace platos::api {

/// Bound to its session's loop. Serves /agent, and /agent/AGENT for one agent; refuses other namespaces. A session
/// whose client is not let in to one within 10 s ends, and one that is in none any more after 45 s.
class SocketSession final : public ingress::EngineApp {
 public:
  SocketSession(SocketServices services, ingress::Session& session);
  ~SocketSession() override;

  void on_message(std::string text) override;
  void pull(std::vector<std::string>& messages, std::size_t max_bytes) override;
  bool is_delivering() const override;
  void on_pinged() override;
  void on_confirmed() override;
  void on_drain() override;

 private:
  void enter(const ingress::SocketPacket& packet);
  void refuse(const std::string& name_space, const std::string& why);
  void arm_idle();
  void arm(std::int64_t within_us);

  SocketServices services_;
  ingress::Session& session_;
  std::map<std::string, std::shared_ptr<AgentSocket>, std::less<>> sockets_;  // by namespace
  std::vector<std::string> outbox_;
  base::Loop::TimerId idle_timer_{0, 0};
  bool draining_ = false;
};

}  // namespace platos::api
