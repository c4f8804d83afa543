#include "chaos/effects_stage.hpp"

#include <filesystem>
#include <fstream>

namespace platos::tests {
namespace {

std::vector<std::string> with_plugins(std::vector<std::string> arguments, const std::string& folder) {
  arguments.insert(arguments.end(), {"--plugin-dir", folder});
  return arguments;
}

std::map<std::string, std::string> manifests_of(const std::string& file) {
  const Json instance = {{"instance", 1},
                         {"name", "effects"},
                         {"plugin", "test.chaos-effects"},
                         {"component", "main"},
                         {"enabled", true},
                         {"config", {{"file", file}, {"delay_ms", "0"}}},
                         {"secrets", Json::object()}};
  const Json grant = {{"grant", 1}, {"instance", "effects"}, {"http", Json::array()}, {"secrets", Json::array()}};
  return {{"instances/effects.json", instance.dump()}, {"grants/effects.json", grant.dump()}};
}

}  // namespace

EffectsFolder::EffectsFolder() {
  std::filesystem::copy(PLATOS_CHAOS_SKILL_DIR, std::filesystem::path(plugins.path()) / "chaos-effects");
  left.write("effects", "");
}

EffectsStage::EffectsStage(std::vector<std::string> arguments)
    : ApiStage(with_plugins(std::move(arguments), plugins.path()), manifests_of(left.path() + "/effects")) {}

std::string EffectsStage::agent_with_effects(const std::string& model, const Json& more) const {
  return make_agent(*daemon, "mock:" + model, {"effects"}, more);
}

std::vector<std::string> EffectsStage::effects_of(const std::string& tool) const {
  std::vector<std::string> lines;
  std::ifstream file(effects_file());
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(tool + " ")) lines.push_back(line);
  }
  return lines;
}

std::string EffectsStage::asking_for(const std::string& tool, const Json& arguments) {
  return Json{{"tool", tool}, {"arguments", arguments}}.dump();
}

}  // namespace platos::tests
