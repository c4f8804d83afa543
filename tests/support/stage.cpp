#include "support/stage.hpp"

namespace platos::tests {

Stage::Stage(std::vector<std::string> arguments, const std::map<std::string, std::string>& manifests) {
  write_openai_instance(data, "mock", mock.base_url());
  for (const auto& [path, text] : manifests) data.write("manifests/" + path, text);
  DaemonSettings settings;
  settings.data_dir = data.path();
  settings.arguments = std::move(arguments);
  daemon = std::make_unique<Daemon>(settings);
}

std::string Stage::agent(const std::string& model, const Json& more) const {
  return make_agent(*daemon, "mock:" + model, {}, more);
}

std::vector<Event> Stage::stream(const std::string& agent, const Json& body) const {
  return events_of(ask(*daemon, streamed_turn(agent, body)).body);
}

std::vector<Event> Stage::say(const std::string& agent, const std::string& message) const {
  return stream(agent, {{"message", message}});
}

Json Stage::turn(const std::string& thread, const std::string& message) const {
  return post(*daemon, "/api/v1/agent/threads/" + thread + "/messages", {{"message", message}}).json();
}

Json Stage::messages_of(const std::string& thread) const {
  return get(*daemon, "/api/v1/agent/threads/" + thread + "/messages").json();
}

Json Stage::runs(const std::string& query) const { return get(*daemon, "/api/v1/runs" + query).json(); }

Json Stage::run_record(const std::string& id) const { return get(*daemon, "/api/v1/runs/" + id).json(); }

bool Stage::wait_for_status(const std::string& run, const std::string& status) const {
  return wait_until([&] { return run_record(run).value("status", "") == status; }, 30'000);
}

}  // namespace platos::tests
