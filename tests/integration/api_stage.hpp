// A daemon whose REST API is asked any question, and turns that are held while others are asked.
#pragma once

#include <future>
#include <string>
#include <vector>

#include "integration/error_form.hpp"
#include "support/stage.hpp"

namespace platos::tests {

inline const std::string kAgents = "/api/v1/agent/agents/";
inline const std::string kThreads = "/api/v1/agent/threads/";
inline const std::string kRuns = "/api/v1/runs/";

struct ApiStage : Stage {
  using Stage::Stage;
  Answer call(const std::string& method, const std::string& path, const Json& body = Json(),
              std::vector<std::string> headers = {}) const;
  /// The answer, which must be a success.
  Json made(const std::string& method, const std::string& path, const Json& body,
            const std::vector<std::string>& headers = {}) const;
  Answer fetch(const std::string& path, std::vector<std::string> headers = {}) const;
  std::int64_t run_count() const { return runs()["total"]; }
  /// A turn on a model that holds still; returns once the turn is accepted and the model was asked.
  std::future<Answer> held_turn(const std::string& path, std::vector<std::string> headers = {}) const;
};

}  // namespace platos::tests
