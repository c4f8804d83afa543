// Runs the tool calls of one step, with the effect ledger around each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "governance/chain.hpp"
#include "model/tool.hpp"
#include "telemetry/tracer.hpp"
#include "tools/approval_gate.hpp"
#include "tools/call_preparation.hpp"
#include "tools/catalogue.hpp"

namespace platos::tools {

struct DispatcherOptions {
  std::size_t max_parallel = 16;
  std::size_t max_result_bytes = 256 * 1024;
  std::int64_t timeout_ms = 30'000;       ///< of a tool that does not say
  std::int64_t max_timeout_ms = 300'000;  ///< whatever a tool says
  std::int64_t max_repeats = 3;           ///< see PreparationOptions
  ApprovalOptions approvals = {};
  const model::ToolPrices* prices = nullptr;  ///< of skills' tools; null: there are no estimates
};

/// Immutable; used from all loops.
///
/// A call is journaled and in the ledger before it is dispatched; for a tool that is not `read` that is on disk first.
/// Its end is journaled with its event; for a tool that is not `read` the run waits until that is on disk. Calls that
/// people must approve wait until the others are done; the run is suspended meanwhile.
class Dispatcher {
 public:
  Dispatcher(const Catalogue& catalogue, const governance::Chain& chain, const telemetry::Tracer& tracer,
             telemetry::Metrics& metrics, DispatcherOptions options);

  /// Runs `calls` in waves of at most max_parallel, and returns their outcomes in order. Every outcome is a result for
  /// the model, also for invalid arguments and unknown tools. An error means that the run is lost or was cancelled.
  Task<Result<std::vector<model::ToolOutcome>>> call_all(engine::Run& run, const CallSetting& setting,
                                                         std::vector<PendingCall> calls,
                                                         UnknownOutcomes& unknown) const;

 private:
  struct Entry;
  class Step;
  Task<Result<std::vector<model::ToolOutcome>>> run_step(Step& step) const;
  Task<Result<void>> run_ready(Step& step) const;
  Task<Result<void>> run_wave(Step& step, std::vector<Entry*> wave) const;
  /// False: nobody is to be asked.
  Task<Result<bool>> ask_people(Step& step) const;
  Task<Result<model::ToolOutcome>> call_one(Step& step, PreparedCall prepared) const;
  Task<CallEnd> invoke(engine::Run& run, const CallSetting& setting, const PreparedCall& prepared) const;
  Task<CallEnd> reconcile(engine::Run& run, const CallSetting& setting, const PreparedCall& prepared,
                          std::string why) const;
  CallEnd metered(const PreparedCall& prepared, std::string result_json) const;
  void govern_result(engine::Run& run, const PreparedCall& prepared, CallEnd& end) const;

  const Catalogue& catalogue_;
  const governance::Chain& chain_;
  const telemetry::Tracer& tracer_;
  telemetry::Metrics& metrics_;
  telemetry::Series& succeeded_;
  telemetry::Series& failed_;
  DispatcherOptions options_;
  CallPreparation preparation_;
  ApprovalGate gate_;
};

}  // namespace platos::tools
