// A daemon whose instance `mock` is the mock provider: what most tests of turns begin with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mock_provider/mock_provider.hpp"
#include "support/daemon.hpp"
#include "support/http.hpp"

namespace platos::tests {

struct Stage {
  MockProvider mock;
  TempDir data;
  std::unique_ptr<Daemon> daemon;

  /// `manifests`: further files under <data-dir>/manifests, such as {"instances/pii.json", "{...}"}.
  explicit Stage(std::vector<std::string> arguments = {}, const std::map<std::string, std::string>& manifests = {}) {
    write_openai_instance(data, "mock", mock.base_url());
    for (const auto& [path, text] : manifests) data.write("manifests/" + path, text);
    DaemonSettings settings;
    settings.data_dir = data.path();
    settings.arguments = std::move(arguments);
    daemon = std::make_unique<Daemon>(settings);
  }

  std::string agent(const std::string& model, const Json& more = Json::object()) const {
    return make_agent(*daemon, "mock:" + model, {}, more);
  }
  std::vector<Event> stream(const std::string& agent, const Json& body) const {
    Ask question;
    question.path = "/api/v1/agent/agents/" + agent + "/chat/stream";
    question.body = body.dump();
    return events_of(ask(*daemon, question).body);
  }
  std::vector<Event> say(const std::string& agent, const std::string& message) const {
    return stream(agent, {{"message", message}});
  }
  /// In a thread; answered when it has ended.
  Json turn(const std::string& thread, const std::string& message) const {
    return post(*daemon, "/api/v1/agent/threads/" + thread + "/messages", {{"message", message}}).json();
  }
  Json request(std::size_t number) const { return Json::parse(mock.requests().at(number).body); }
};

/// The first event of a type; fails when there is none.
inline Json event_of(const std::vector<Event>& events, const std::string& type) {
  for (const auto& event : events) {
    if (event.type() == type) return event.data;
  }
  return {{"missing", type}};
}

}  // namespace platos::tests
