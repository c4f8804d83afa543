// A daemon that clients of Socket.IO talk to.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "integration/api_stage.hpp"
#include "support/socket_client.hpp"

namespace platos::tests {

struct SocketStage : ApiStage {
  using ApiStage::ApiStage;

  /// In the namespace, as the operator or with these headers, and greeted.
  std::unique_ptr<SocketClient> socket(SocketOptions options = {}) const {
    if (options.headers.empty()) options.headers = {operator_header()};
    auto client = std::make_unique<SocketClient>(daemon->url(), options);
    client->enter();
    REQUIRE(client->wait_for("connected")["status"] == "ok");
    return client;
  }
  std::string operator_header() const { return "Authorization: Bearer " + daemon->key(); }
  std::string thread(const std::string& model) const { return make_thread(*daemon, agent(model)); }
  /// What the run's stream is for everybody.
  std::vector<std::string> stored(const std::string& run) const {
    std::vector<std::string> lines;
    const std::string body = fetch(kRuns + run + "/events?after=0").body;
    for (std::size_t at = 0; (at = body.find("data: ", at)) != std::string::npos;) {
      const auto end = body.find('\n', at);
      lines.push_back(body.substr(at + 6, end - at - 6));
      at = end;
    }
    return lines;
  }
  double metric(const std::string& name) const {
    const std::string text = fetch("/metrics").body;
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }
  bool wait_for_sessions(double count) const {
    return wait_until([&] { return metric("platos_socket_sessions") == count; });
  }
};

inline std::vector<std::string> plain(const std::vector<SocketEvent>& events) {
  std::vector<std::string> lines;
  for (const auto& event : events) lines.push_back(without_thread(event));
  return lines;
}

}  // namespace platos::tests
