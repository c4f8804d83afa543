// A customer's backend on a WebSocket of its own: declares tools and answers calls, frame by frame.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "support/http.hpp"
#include "support/socket_client.hpp"

namespace platos::tests {

/// A tool as a backend declares it.
inline Json declared_tool(const std::string& name, const std::string& effect = "once") {
  return {{"name", name},
          {"description", "Does " + name},
          {"input_schema", {{"type", "object"}, {"properties", {{"q", {{"type", "string"}}}}}}},
          {"annotations", {{"effect", effect}}}};
}

/// Bound to one thread.
struct EntityBackend {
  SocketClient socket;
  EntityBackend(const std::string& url, const std::string& secret, const std::string& query = "env=production")
      : socket(url, options(secret, query)) {}

  static SocketOptions options(const std::string& secret, const std::string& query) {
    SocketOptions options;
    options.path = "/ws/sdk?" + query;
    options.headers = {"Authorization: Bearer " + secret};
    return options;
  }
  /// The next frame of that type; null when none comes.
  Json wait_for(const std::string& type) {
    for (auto frame = socket.next(10'000); frame; frame = socket.next(10'000)) {
      const Json json = Json::parse(*frame);
      if (json["type"] == type) return json;
      if (json["type"] == "error") UNSCOPED_INFO(json.dump());
    }
    return {};
  }
  void say(const Json& frame) { socket.send(frame.dump()); }
  Json enroll(const Json& tools) {
    say({{"type", "tool_register"}, {"tools", tools}});
    return wait_for("tools_registered");
  }
  void answer(const Json& call, const Json& result) {
    say({{"type", "tool_result"}, {"call_id", call["call_id"]}, {"result", result}, {"latency_ms", 1}});
  }
  void refuse(const Json& call, const std::string& error) {
    say({{"type", "tool_error"}, {"call_id", call["call_id"]}, {"error", error}});
  }
};

/// Answers in a thread of its own, from its construction on: `ping` with its arguments, `fail` with an error, `slow`
/// not at all.
class AnsweringBackend {
 public:
  AnsweringBackend(const std::string& url, const std::string& secret, const std::string& query = "env=production") {
    std::promise<void> enrolled;
    auto ready = enrolled.get_future();
    thread_ = std::thread([this, url, secret, query, enrolled = std::move(enrolled)]() mutable {
      EntityBackend backend(url, secret, query);
      backend.enroll({declared_tool("ping", "read"), declared_tool("fail"), declared_tool("slow")});
      enrolled.set_value();
      while (!stopped_ && !backend.socket.is_closed()) take(backend, backend.socket.next(100));
      backend.socket.cut();
    });
    ready.wait();
  }
  ~AnsweringBackend() {
    stopped_ = true;
    thread_.join();
  }
  AnsweringBackend(const AnsweringBackend&) = delete;
  AnsweringBackend& operator=(const AnsweringBackend&) = delete;

 private:
  static void take(EntityBackend& backend, const std::optional<std::string>& text) {
    if (!text) return;
    const Json frame = Json::parse(*text);
    if (frame["type"] != "tool_call" || frame["tool_name"] == "slow") return;
    Json arguments = frame["params"];
    arguments.erase("__platos");
    if (frame["tool_name"] == "ping") return backend.answer(frame, arguments);
    backend.refuse(frame, "nothing can be done");
  }

  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace platos::tests
