// A backend of an entity that answers by itself, for tests that do other things meanwhile.
#pragma once

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "integration/entity_stage.hpp"

namespace platos::tests {

/// Answers in a thread of its own, from its construction on: `ping` with its arguments, `fail` with an error, `slow`
/// not at all.
class AnsweringBackend {
 public:
  AnsweringBackend(const Stage& stage, const std::string& secret, const std::string& path = "/ws/sdk") {
    std::promise<void> enrolled;
    auto ready = enrolled.get_future();
    thread_ = std::thread([this, &stage, secret, path, enrolled = std::move(enrolled)]() mutable {
      Backend backend(stage, secret, path);
      backend.enroll({declared("ping", "read"), declared("fail"), declared("slow")});
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
  static void take(Backend& backend, const std::optional<std::string>& text) {
    if (!text) return;
    const Json frame = Json::parse(*text);
    if (frame["type"] != "tool_call" || frame["tool_name"] == "slow") return;
    Json arguments = frame["params"];
    arguments.erase("__platos");
    if (frame["tool_name"] == "ping") return backend.answer(frame, arguments);
    backend.say({{"type", "tool_error"}, {"call_id", frame["call_id"]}, {"error", "nothing can be done"}});
  }

  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace platos::tests
