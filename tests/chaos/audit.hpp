// Compares what clients logged with what the daemon stored and what its tools did.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "chaos/chaos_stage.hpp"
#include "chaos/stored.hpp"
#include "chaos/turn_client.hpp"

namespace platos::tests::chaos {

struct AuditCounts {
  std::int64_t acknowledged = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;  ///< with a code that is allowed
  std::int64_t canceled = 0;
  std::int64_t resumed = 0;     ///< turns that went on over more than one connection
  std::int64_t taken_over = 0;  ///< turns with a step that was begun again
  std::int64_t events = 0;      ///< that clients saw
  std::int64_t once_effects = 0;
  std::int64_t all_effects = 0;
  std::int64_t unknown_outcomes = 0;
};

struct Audit {
  AuditCounts counts;
  std::vector<std::string> violations;
};

/// All turns of this stage, whose daemon runs and whose clients have ended. `allowed_errors`: codes with which a run
/// may have failed. What is checked is in README.md.
Audit audit(ChaosStage& stage, const std::vector<TurnLog>& turns, const std::set<std::string>& allowed_errors = {});

}  // namespace platos::tests::chaos
