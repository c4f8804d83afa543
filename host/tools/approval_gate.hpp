// Where a turn waits for people: asks, suspends the run, reads what was decided.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "engine/run.hpp"
#include "model/approval.hpp"
#include "tools/prepared_call.hpp"

namespace platos::tools {

struct ApprovalOptions {
  std::int64_t timeout_s = 300;    ///< of a question that does not say
  std::int64_t max_per_hour = 20;  ///< questions of one agent to one user by request_approval; 0: no limit
};

/// Immutable; used from all loops.
///
/// A question and its event are one commit. A turn that goes on after a crash finds its questions in the store, and
/// asks none twice.
class ApprovalGate {
 public:
  explicit ApprovalGate(ApprovalOptions options) : options_(options) {}

  const ApprovalOptions& options() const { return options_; }

  /// What former attempts asked, by call; no read where the journal says that they asked nothing.
  Task<Result<std::map<std::string, model::Approval>>> asked_before(engine::Run& run) const;

  /// Nobody will hear the answers any more: those that are pending are cancelled.
  void withdraw(engine::Run& run, const std::vector<model::Approval>& approvals) const;

  /// Asks what `questions` say; those that a former attempt asked are as they stand. In order. One over the hourly
  /// limit has no id and is rejected.
  Task<Result<std::vector<model::Approval>>> ask(engine::Run& run, std::vector<Question> questions) const;

  /// Suspends the run until all of them are decided, or have expired, which denies. Error: the run was cancelled, and
  /// with it what is open, or it is lost.
  Task<Result<void>> wait(engine::Run& run, std::vector<model::Approval>& approvals) const;

 private:
  ApprovalOptions options_;
};

}  // namespace platos::tools
