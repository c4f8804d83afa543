// Runs the tool calls of one step, with the effect ledger around each.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "governance/chain.hpp"
#include "model/tool.hpp"
#include "ports/plugin_directory.hpp"
#include "telemetry/tracer.hpp"
#include "tools/catalogue.hpp"

namespace platos::tools {

struct DispatcherOptions {
  std::size_t max_parallel = 16;
  std::size_t max_result_bytes = 256 * 1024;
  std::int64_t timeout_ms = 30'000;
};

/// What is known of a call when its step is done again after a crash.
enum class CallHistory { Unspecified, New, Started };

struct PendingCall {
  model::ToolCall call;
  CallHistory history = CallHistory::New;
};

/// Calls whose outcome nobody knows: the same tool with the same arguments is refused for the rest of the run. Also the
/// text that the model reads about it.
using UnknownOutcomes = std::set<std::string>;
std::string unknown_key(const model::ToolCall& call);

/// Immutable; used from all loops.
///
/// A call is journaled and in the ledger before it is dispatched; for a tool that is not `read` that is on disk first.
/// Its end is journaled with its event; for a tool that is not `read` the run waits until that is on disk.
class Dispatcher {
 public:
  Dispatcher(const Catalogue& catalogue, const governance::Chain& chain, const telemetry::Tracer& tracer,
             telemetry::Metrics& metrics, DispatcherOptions options);

  /// Runs `calls` in waves of at most max_parallel, and returns their outcomes in order. Every outcome is a result for
  /// the model, also for invalid arguments and unknown tools. An error means that the run is lost or was cancelled.
  Task<Result<std::vector<model::ToolOutcome>>> call_all(engine::Run& run, const ToolSet& tools,
                                                         std::vector<PendingCall> calls, UnknownOutcomes& unknown,
                                                         telemetry::SpanContext parent) const;

 private:
  struct Prepared;
  Prepared prepare(engine::Run& run, const ToolSet& tools, PendingCall pending, UnknownOutcomes& unknown,
                   const telemetry::SpanContext& parent) const;
  std::optional<model::ToolOutcome> refuse(engine::Run& run, Prepared& prepared, CallHistory history,
                                           UnknownOutcomes& unknown) const;
  std::optional<model::ToolOutcome> govern_arguments(engine::Run& run, Prepared& prepared) const;
  void govern_result(engine::Run& run, const Prepared& prepared, model::ToolOutcome& outcome) const;
  Task<Result<model::ToolOutcome>> call_one(engine::Run& run, Prepared prepared, UnknownOutcomes& unknown) const;
  Task<model::ToolOutcome> invoke(engine::Run& run, const Prepared& prepared) const;
  std::string bounded(std::string result_json) const;

  const Catalogue& catalogue_;
  const governance::Chain& chain_;
  const telemetry::Tracer& tracer_;
  telemetry::Series& succeeded_;
  telemetry::Series& failed_;
  DispatcherOptions options_;
};

}  // namespace platos::tools
