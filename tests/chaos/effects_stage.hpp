// A daemon whose instance `effects` is the skill that leaves a line for each call.
#pragma once

#include <string>
#include <vector>

#include "integration/api_stage.hpp"

namespace platos::tests {

/// What must be there before the daemon is.
struct EffectsFolder {
  TempDir plugins;
  TempDir left;
  EffectsFolder();
  std::string effects_file() const { return left.path() + "/effects"; }
};

/// Tools: charge (once), look (read), put (idempotent), pay (once, wants approval; {"amount": at most 100}), transfer
/// (once, with a tool that knows what became of it).
struct EffectsStage : EffectsFolder, ApiStage {
  explicit EffectsStage(std::vector<std::string> arguments = {});

  /// An agent with these tools, on a model of the mock provider.
  std::string agent_with_effects(const std::string& model = "mock-toolsay-r0", const Json& more = Json::object()) const;
  /// The lines that calls of this tool left.
  std::vector<std::string> effects_of(const std::string& tool) const;

  /// A message that makes the model "toolsay" call a tool.
  static std::string asking_for(const std::string& tool, const Json& arguments);
  Json pending() const { return fetch("/api/v1/agent/monitoring/approvals?status=pending&limit=200").json(); }
  Answer resolve(const std::string& approval, const Json& body, std::vector<std::string> headers = {}) const {
    return call("POST", "/api/v1/agent/approvals/" + approval + "/resolve", body, std::move(headers));
  }
};

}  // namespace platos::tests
