// Backends of entities on real sockets, and a daemon with one entity, whose agent calls what it is told to.
#pragma once

#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "integration/api_stage.hpp"
#include "support/socket_client.hpp"

namespace platos::tests {

inline const std::string kEntities = "/api/v1/agent/entities";

inline Json declared(const std::string& name, const std::string& effect = "once") {
  return {{"name", name},
          {"description", "Does " + name},
          {"input_schema", {{"type", "object"}, {"properties", {{"q", {{"type", "string"}}}}}}},
          {"annotations", {{"effect", effect}}}};
}

inline bool has(const Json& json, const std::string& part) { return json.dump().find(part) != std::string::npos; }

struct Backend {
  SocketClient socket;
  std::string link;  // once its welcome was heard
  Backend(const Stage& stage, const std::string& secret, const std::string& path = "/ws/sdk")
      : socket(stage.daemon->url(), options(secret, path)) {}

  static SocketOptions options(const std::string& secret, const std::string& path) {
    SocketOptions options;
    options.path = path;
    if (path.find("env=") == std::string::npos) {
      options.path += (path.find('?') == std::string::npos ? "?env=" : "&env=") + std::string("production");
    }
    options.headers = {"Authorization: Bearer " + secret};
    return options;
  }
  Json next() {
    const auto frame = socket.next(20'000);
    Json heard = frame ? Json::parse(*frame) : Json();
    if (heard.is_object() && heard["type"] == "welcome") link = heard["sdk_connection_id"];
    return heard;
  }
  Json wait_for(const std::string& type) {
    for (Json frame = next(); !frame.is_null(); frame = next()) {
      if (frame["type"] == type) return frame;
      if (frame["type"] == "error") UNSCOPED_INFO(frame.dump());
    }
    return {};
  }
  /// Returns when the daemon knows that it has gone.
  void leave(const Stage& stage) {
    REQUIRE_FALSE(link.empty());
    socket.cut();
    REQUIRE(stage.daemon->wait_for_log(link));
  }
  void say(const Json& frame) { socket.send(frame.dump()); }
  Json enroll(const Json& tools) { return enroll(tools, Json::object()); }
  /// `more`: further members of the frame.
  Json enroll(const Json& tools, const Json& more) {
    Json frame = {{"type", "tool_register"}, {"tools", tools}};
    frame.update(more);
    say(frame);
    return wait_for("tools_registered");
  }
  void answer(const Json& call, const Json& result) {
    say({{"type", "tool_result"}, {"call_id", call["call_id"]}, {"result", result}, {"latency_ms", 1}});
  }
};

struct EntityStage : ApiStage {
  using ApiStage::ApiStage;
  std::string agent_id = agent("mock-toolsay");
  std::string secret = made("POST", kEntities, {{"entityId", "crm"}})["serviceSecret"];

  /// A turn that calls the tool; its tool_result.
  std::future<Json> calls(const std::string& tool, const Json& arguments = Json::object()) const {
    return std::async(std::launch::async, [this, tool, arguments] {
      return event_of(say(agent_id, asking(tool, arguments)), "tool_result");
    });
  }
  /// The same of another agent, and for somebody; waited for. Null: the turn called no tool.
  Json called(const std::string& agent, const std::string& tool, std::vector<std::string> headers = {}) const {
    Ask turn = streamed_turn(agent, {{"message", asking(tool, Json::object())}});
    turn.headers.insert(turn.headers.end(), headers.begin(), headers.end());
    return event_of(events_of(ask(*daemon, turn).body), "tool_result");
  }
  Json called(const std::string& tool) const { return called(agent_id, tool); }
  static std::string asking(const std::string& tool, const Json& arguments) {
    return Json({{"tool", tool}, {"arguments", arguments}}).dump();
  }
};

}  // namespace platos::tests
