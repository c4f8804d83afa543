// A daemon whose instances `own` and `openai` take keys from the environment, the latter its address, too: in front of
// the mock provider.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/people.hpp"

namespace platos::tests {

inline const std::string kProviders = "/api/v1/agent/providers";
inline const std::string kVariables = "/api/v1/projects/prj_default/envvars/";

struct ProviderStage : People {
  /// `operators_key`: what the operator has set; empty: nothing. `models`: those of `own`, by name.
  explicit ProviderStage(const std::string& operators_key = "sk-operator",
                         const std::vector<std::string>& models = {"mock-n1-r0"}) {
    write_keyed_instance("own", "OWN_KEY", models);
    std::map<std::string, std::string> environment = {{"OPENAI_BASE_URL", mock.base_url()}};
    if (!operators_key.empty()) environment["OWN_KEY"] = environment["OPENAI_API_KEY"] = operators_key;
    restart(std::move(environment));
  }

  void write_keyed_instance(const std::string& name, const std::string& variable,
                            const std::vector<std::string>& models) const {
    const Json config = {{"base_url", mock.base_url()}, {"models", models}};
    data.write("manifests/instances/" + name + ".json", Json({{"instance", 1},
                                                              {"name", name},
                                                              {"plugin", "dev.platos.provider-openai"},
                                                              {"component", "openai"},
                                                              {"enabled", true},
                                                              {"config", config},
                                                              {"secrets", {{"api_key", "env:" + variable}}}})
                                                            .dump());
    data.write("manifests/grants/" + name + ".json", Json({{"grant", 1},
                                                           {"instance", name},
                                                           {"http", Json::array({"{{config.base_url}}/*"})},
                                                           {"secrets", Json::array({"api_key"})}})
                                                         .dump());
  }
  /// A daemon that knows the instances that were written since, with this in its environment.
  void restart(std::map<std::string, std::string> environment) {
    daemon->stop();
    DaemonSettings settings;
    settings.data_dir = data.path();
    settings.arguments = {"--set", "limits.user_per_minute=0", "--set", "models.max_retries=0"};
    settings.environment = std::move(environment);
    daemon = std::make_unique<Daemon>(settings);
  }

  Answer set_variable(const std::string& name, const std::string& value,
                      const std::string& environment = "env_default") const {
    return call("POST", kVariables + environment, {{"name", name}, {"value", value}, {"isSecret", true}},
                in(environment));
  }
  std::string add_key(const Json& body) const { return made("POST", kProviders + "/keys", body)["id"]; }
  std::string agent_on(const std::string& model, Json more = Json::object(), const Headers& headers = {}) const {
    more["name"] = "Agent";
    more["model"] = model;
    return made("POST", "/api/v1/agent/agents", more, headers)["id"];
  }
  Json turn_of(const std::string& agent, const Headers& headers = {}) const {
    return made("POST", kAgents + agent + "/messages", {{"message", "Hi"}}, headers);
  }
  /// Of the last request that a model got.
  std::string key_seen() const { return std::string(mock.requests().back().header("authorization")); }
  static std::string code_of(const Json& turn) { return turn.contains("error") ? turn["error"]["code"] : Json(""); }
};

}  // namespace platos::tests
