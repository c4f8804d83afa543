#include "plugins/stage/asking.hpp"

#include <algorithm>
#include <sstream>

namespace platos::tests {

void without_shipped_governor(const PluginStage& stage) {
  stage.data().write(
      "manifests/instances/pii.json",
      R"({"instance":1,"name":"pii","plugin":"dev.platos.governor-pii","component":"pii","enabled":false})");
}

std::vector<std::string> settings_with(const std::vector<std::string>& pairs) {
  std::vector<std::string> arguments = {"--set", "governance.order="};
  for (const auto& pair : pairs) arguments.insert(arguments.end(), {"--set", pair});
  return arguments;
}

Json call_tool(const PluginStage& stage, const std::string& tool, const Json& arguments,
               const std::vector<std::string>& skills, const Json& agent) {
  return event_of(stage.turn(kCallingModel, skills, spelled_call(tool, arguments), agent), "tool_result");
}

namespace {
const Json kNotReminded = {{"extractionPolicy", {{"enabled", false}}}};
}

Json remember(const PluginStage& stage, const std::string& content) {
  return call_tool(stage, "remember", {{"content", content}}, {}, kNotReminded);
}

Json recall(const PluginStage& stage, const std::string& query) {
  return call_tool(stage, "recall", {{"query", query}}, {}, kNotReminded);
}

bool is_saved(const Json& result) {
  return result.is_object() && result["result"].is_object() && result["result"].value("saved", false);
}

bool model_saw(const MockProvider& mock, const std::string& text) {
  const auto requests = mock.requests();
  return std::any_of(requests.begin(), requests.end(),
                     [&](const ReceivedRequest& each) { return each.body.find(text) != std::string::npos; });
}

Json safety_events(const Daemon& daemon) {
  return get(daemon, "/api/v1/agent/monitoring/safety-events").json()["rows"];
}

double metric(const Daemon& daemon, const std::string& name, const std::vector<std::string>& parts) {
  std::istringstream lines(get(daemon, "/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    const bool fits = line.starts_with(name) && std::all_of(parts.begin(), parts.end(), [&](const std::string& part) {
                        return line.find(part) != std::string::npos;
                      });
    if (fits) return std::stod(line.substr(line.rfind(' ') + 1));
  }
  return -1;
}

}  // namespace platos::tests
