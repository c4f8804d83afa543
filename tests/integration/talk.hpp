// A thread with its agent, and what people do to its messages.
#pragma once

#include <string>
#include <vector>

#include "integration/people.hpp"

namespace platos::tests {

struct Talk : People {
  std::string agent_id;
  std::string thread;

  explicit Talk(const std::string& model = "mock-echo-r0", const Json& more = Json::object(),
                const std::map<std::string, std::string>& manifests = {}, std::vector<std::string> arguments = {})
      : People(std::move(arguments), manifests), agent_id(agent(model, more)), thread(make_thread(*daemon, agent_id)) {}

  std::string path(const std::string& end = {}) const { return kThreads + thread + end; }
  Json line() const { return fetch(path("/messages?limit=500")).json()["messages"]; }
  std::string id(std::size_t number) const { return line().at(number)["id"]; }
  /// "<role>:<content>" of what stands, in order.
  std::string standing() const {
    std::string text;
    for (const auto& each : line()) {
      if (each["status"] == "active") text += each["role"].get<std::string>().substr(0, 1) + ":" + text_in(each) + " ";
    }
    return text;
  }
  Answer edit(const std::string& message, const Json& body, const std::vector<std::string>& headers = {}) const {
    return call("POST", path("/messages/" + message + "/edit-and-rerun"), body, headers);
  }
  Answer retry(const std::string& message, const Json& body = Json(), std::vector<std::string> headers = {}) const {
    return call("POST", path("/messages/" + message + "/retry"), body, std::move(headers));
  }
  Json say_here(const Json& body) const { return made("POST", path("/messages"), body); }
  /// The texts that the model got with its last request.
  std::vector<std::string> seen() const {
    std::vector<std::string> texts;
    const Json request = Json::parse(mock.requests().back().body);
    for (const auto& each : request["messages"]) texts.push_back(each["content"]);
    return texts;
  }

 private:
  static std::string text_in(const Json& message) { return message["content"]; }
};

using Texts = std::vector<std::string>;

inline std::vector<Event> events_of_run(const ApiStage& stage, const std::string& run) {
  return events_of(stage.fetch("/api/v1/runs/" + run + "/events").body);
}

}  // namespace platos::tests
