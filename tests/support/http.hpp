// A blocking HTTP client for tests (libcurl), and one that sends exactly the bytes it is given.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/daemon.hpp"

namespace platos::tests {

using Json = nlohmann::json;

struct Answer {
  long status = 0;                             ///< 0: no answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  Json json() const { return Json::parse(body, nullptr, false); }
};

/// One server-sent event.
struct Event {
  std::int64_t id = 0;  ///< 0: without
  Json data;
  std::string type() const { return data.value("type", ""); }
};

struct Ask {
  std::string method;  ///< empty: GET without a body, else POST
  std::string path;
  std::string body;
  std::vector<std::string> headers;  ///< "Name: value"
  long timeout_ms = 30'000;
  std::string url = {};      ///< empty: the daemon's
  std::string ca_file = {};  ///< PEM with what is trusted, for a URL with https
  /// Called with every event of a stream as it comes; false closes the connection.
  std::function<bool(const Event&)> on_event;
};

/// With the daemon's key unless a header "Authorization" is given ("Authorization:" sends none).
Answer ask(const Daemon& daemon, const Ask& question);
Answer get(const Daemon& daemon, const std::string& path);
Answer post(const Daemon& daemon, const std::string& path, const Json& body);

/// A turn of an agent, answered as a stream.
Ask streamed_turn(const std::string& agent, const Json& body = {{"message", "Hi"}});

/// The events of a streamed body.
std::vector<Event> events_of(const std::string& body);
/// The first event of that type; null when there is none.
Json event_of(const std::vector<Event>& events, const std::string& type);
/// What remains after void events are taken out (message_boundary with discardFrom); boundaries stay out too.
std::vector<Event> transcript(std::vector<Event> events);
/// The texts of all token events, joined.
std::string text_of(const std::vector<Event>& events);
/// "meta status token+ done": types in order, repeats as one with '+'.
std::string shape_of(const std::vector<Event>& events);

/// An agent on this model, with these skills; its id.
std::string make_agent(const Daemon& daemon, const std::string& model, const std::vector<std::string>& skills = {},
                       const Json& more = Json::object());
std::string make_thread(const Daemon& daemon, const std::string& agent_id);

/// The message that makes the models "mock-toolsay" call this tool.
std::string spelled_call(const std::string& tool, const Json& arguments);
/// A turn of an agent on such a model, in a thread of its own; the event "tool_result" of the call.
Json call_tool(const Daemon& daemon, const std::string& agent, const std::string& tool, const Json& arguments);

/// A TCP connection on which a test writes exactly what it wants.
class RawConnection {
 public:
  explicit RawConnection(const std::string& url);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(const std::string& bytes);
  /// Until the peer closes, `marker` has come, or the time is over.
  std::string read_until(const std::string& marker, int timeout_ms = 20'000);
  /// Until the peer closes; false when it did not within the time.
  bool wait_closed(int timeout_ms = 20'000);
  int fd() const { return fd_; }

 private:
  enum class Received { Nothing, Bytes, End };
  Received receive(std::chrono::steady_clock::time_point until);

  int fd_;
  std::string received_;
};

}  // namespace platos::tests
