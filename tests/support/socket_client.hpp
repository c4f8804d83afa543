// A client of Socket.IO over one WebSocket, blocking, that may lose its connection at any byte.
#pragma once

#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace platos::tests {

struct SocketOptions {
  std::vector<std::string> headers;  ///< "Name: value", of the upgrade
  std::string name_space = "/agent";
  std::string path = "/socket.io/?EIO=4&transport=websocket";
  bool answers_pings = true;
  /// The connection is lost when so many bytes have come, the head of the upgrade not counted.
  std::size_t cut_after_bytes = std::numeric_limits<std::size_t>::max();
};

/// An event of the server, as it came.
struct SocketEvent {
  std::string name;
  std::string json;  ///< its one argument
  nlohmann::json body() const { return nlohmann::json::parse(json); }
  /// Of an "agent_event"; by the text, since it begins with its type.
  bool is(const std::string& type) const {
    return name == "agent_event" && json.starts_with("{\"type\":\"" + type + "\"");
  }
};

/// Bound to one thread. A connection that cannot be had is one that is closed.
class SocketClient {
 public:
  explicit SocketClient(const std::string& url, SocketOptions options = {});
  ~SocketClient();
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  int status() const { return status_; }  ///< of the answer to the upgrade; 0: none
  bool is_closed() const { return fd_ < 0; }
  int close_status() const { return close_status_; }  ///< 0: no close frame came
  std::size_t bytes() const { return bytes_; }
  int pings() const { return pings_; }
  int fd() const { return fd_; }

  void send_bytes(const std::string& bytes);
  /// One packet of Engine.IO.
  void send(const std::string& packet);
  void enter(const nlohmann::json& auth = nlohmann::json::object());
  void emit(const std::string& name, const nlohmann::json& body);
  /// Ends the connection without a word.
  void cut();

  /// The next packet that is no ping; nullopt: it is closed, or the time is over.
  std::optional<std::string> next(int timeout_ms = 20'000);
  /// The next event of the namespace, other packets left out. A disconnect of the namespace is the event "disconnect".
  std::optional<SocketEvent> next_event(int timeout_ms = 20'000);
  /// The body of the next event of that name; null when none comes.
  nlohmann::json wait_for(const std::string& name, int timeout_ms = 20'000);
  /// All agent events up to the next `done`, which is among them if it came.
  std::vector<SocketEvent> until_done(int timeout_ms = 30'000);
  /// True when a ping comes within the time, and is answered; what comes before is thrown away.
  bool wait_for_ping(int timeout_ms = 20'000);
  /// True when the server closes within the time; what comes before is thrown away.
  bool wait_closed(int timeout_ms = 20'000);

 private:
  bool upgrade(const std::string& url);
  bool receive(int timeout_ms);
  std::optional<std::string> take_packet();

  const SocketOptions options_;
  int fd_ = -1;
  int status_ = 0;
  int close_status_ = 0;
  int pings_ = 0;
  std::size_t bytes_ = 0;
  std::string input_;
};

/// Of the types of agent events: "meta status token+ done".
std::string shape_of(const std::vector<SocketEvent>& events);
/// The texts of all tokens that no boundary voids.
std::string text_of(const std::vector<SocketEvent>& events);
/// An agent event as the run's stream has it: without the thread that sockets are told.
std::string without_thread(const SocketEvent& event);

}  // namespace platos::tests
