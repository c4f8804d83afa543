// Where a turn stands: a function of its input and its journal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "model/agent.hpp"
#include "model/chat.hpp"
#include "tools/dispatcher.hpp"

namespace platos::agent {

/// One model call and the tool calls that it asked for.
struct TurnStep {
  model::ChatResponse response;
  std::map<std::string, model::ToolOutcome> outcomes;  ///< by call id
  std::map<std::string, tools::BegunCall> begun;       ///< by call id, in a process that is gone
};

/// Bound to the run's loop. A plain value: whatever is recorded here stands in the journal too.
class TurnState {
 public:
  /// Rebuilds from the journal of former attempts; empty for a fresh run.
  static TurnState rebuild(const engine::Run& run);

  const std::vector<TurnStep>& steps() const { return steps_; }
  const model::Usage& usage() const { return usage_; }

  /// Tool calls of the newest step that have no outcome yet.
  std::vector<tools::PendingCall> pending_calls() const;
  /// What the steps before the newest one called, and what came of it.
  tools::CallMemory call_memory() const;
  /// True until a model answered without asking for tools.
  bool wants_another_step() const;

  void record(model::ChatResponse response);
  void record(const std::vector<model::ToolOutcome>& outcomes);

  /// What was said so far in this turn, as the model must see it again.
  std::vector<model::ChatMessage> messages() const;
  /// Counts what a call used; one that gave no answer costs, too.
  void add_usage(const std::string& model_name, const model::Usage& usage) {
    usage_.add(usage);
    by_model_[model_name].add(usage);
  }
  const std::map<std::string, model::Usage>& usage_by_model() const { return by_model_; }

  /// The texts of all steps, an empty line between two.
  std::string text() const;
  std::string reasoning() const;
  /// [{type: call, name, params, callId}, {type: result, name, result, callId, isError?}], or empty.
  std::string tool_log_json() const;

  tools::UnknownOutcomes unknown_outcomes;

 private:
  void remember(const std::string& run_id, const model::ToolOutcome& outcome);

  std::vector<TurnStep> steps_;
  model::Usage usage_;
  std::map<std::string, model::Usage> by_model_;
};

}  // namespace platos::agent
