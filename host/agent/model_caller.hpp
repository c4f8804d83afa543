// Calls a model for one step of a turn: streams its events, repeats what is safe to repeat.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "agent/model_plan.hpp"
#include "agent/providers.hpp"
#include "base/task.hpp"
#include "egress/client.hpp"
#include "engine/run.hpp"
#include "governance/chain.hpp"
#include "model/chat.hpp"
#include "model/prices.hpp"
#include "telemetry/tracer.hpp"

namespace platos::agent {

class AnswerSink;

struct ModelCallerOptions {
  std::string default_instance = "openai";
  std::int64_t max_retries = 2;
  std::int64_t max_backoff_ms = 60'000;
  std::size_t max_response_bytes = 4 * 1024 * 1024;
};

/// What is asked of one call besides the request.
struct CallOptions {
  ModelPlan plan;
  int step = 1;
  bool quiet = false;  ///< clients are told nothing of the answer
  telemetry::SpanContext parent;
};

/// What became of a call besides its answer: what a failed or cancelled one had said so far, what governors found, and
/// what all attempts used that gave no answer.
struct CallReport {
  std::string text;
  std::string reasoning;
  std::vector<governance::Finding> findings;
  std::map<std::string, model::Usage> wasted;  ///< by model
};

/// Internally synchronised; used from all loops.
class ModelCaller {
 public:
  /// `client_of`: the HTTP client of a loop.
  ModelCaller(Providers& providers, std::function<egress::Client&(base::Loop&)> client_of,
              const governance::Chain& chain, const model::Catalogue& prices, const telemetry::Tracer& tracer,
              telemetry::Metrics& metrics, ModelCallerOptions options);

  /// Tokens and thinking go to the run as they come, as the governors let them through. A failure that the provider
  /// calls retryable is repeated after a suspended wait, up to the limit; when something had been said before, a
  /// boundary voids it. Which failures are repeated, and which lead to another model, the plan says. The answer's usage
  /// is priced as the model's that gave it.
  Task<Result<model::ChatResponse>> call(engine::Run& run, CallOptions call, model::ChatRequest request,
                                         CallReport& report) const;

 private:
  static Task<Result<bool>> codec_wait(engine::Run& run, std::int64_t wait_ms);
  /// Where a call goes now, and what it sends there.
  struct Aim {
    std::string instance;
    std::string model_name;  // "instance:model"
    std::string key_id;
    std::string request_json;
  };
  Aim aim_at(const model::ModelRoute& route, const model::ChatRequest& request) const;
  Aim first_aim(const engine::Run& run, const ModelPlan& plan, const model::ChatRequest& request,
                PlanWalker& walker) const;
  Task<Result<model::ChatResponse>> attempt(engine::Run& run, const Aim& aim, const CallOptions& call,
                                            CallReport& report) const;
  Result<void> permit(const governance::Subject& subject, std::string_view method, std::string_view url) const;
  void count(const std::string& instance, const std::string& model, const model::Usage& usage) const;
  Result<model::ChatResponse> conclude(const Aim& aim, CallReport& report, AnswerSink& sink, telemetry::Span& span,
                                       const Result<void>& done) const;
  /// What is done after a failure: `aim` is where the call goes next. The error: it goes nowhere.
  Task<Result<void>> recover(engine::Run& run, const CallOptions& call, const model::ChatRequest& request,
                             PlanWalker& walker, Aim& aim, Error error, bool said_something) const;
  Task<Result<void>> back_off(engine::Run& run, std::int64_t wait_ms, Error error) const;

  Providers& providers_;
  std::function<egress::Client&(base::Loop&)> client_of_;
  const governance::Chain& chain_;
  const model::Catalogue& prices_;
  const telemetry::Tracer& tracer_;
  telemetry::Metrics& metrics_;
  ModelCallerOptions options_;
  mutable Breakers breakers_;
};

}  // namespace platos::agent
