// A daemon and the program `platos` beside it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "integration/watched_process.hpp"
#include "support/stage.hpp"
#include "support/text.hpp"

namespace platos::tests {

/// `platos` with these arguments.
Words command_of(const Words& arguments);

struct CliStage : Stage {
  using Stage::Stage;

  Variables environment() const { return {{"PLATOS_DATA_DIR", data.path()}, {"TERM", "dumb"}}; }
  Finished run(const Words& arguments, const std::string& input = {}) const;
  /// The document that the command prints with --json.
  Json json(Words arguments) const;
  /// A turn that has ended: {runId, threadId, agentId, status, text}.
  Json chat(const std::string& agent, const std::string& message = "Hi") const;

  WatchedProcess in_pipes(const Words& arguments) const;
  WatchedProcess in_terminal(const Words& arguments, const Variables& more = {}) const;
};

}  // namespace platos::tests
