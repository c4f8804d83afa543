// Calls a model for one step of a turn: streams its events, repeats what is safe to repeat.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/task.hpp"
#include "egress/client.hpp"
#include "engine/run.hpp"
#include "governance/chain.hpp"
#include "model/chat.hpp"
#include "model/prices.hpp"
#include "ports/plugin_directory.hpp"
#include "telemetry/tracer.hpp"

namespace platos::agent {

struct ModelCallerOptions {
  std::string default_instance = "openai";
  std::int64_t max_retries = 2;
  std::int64_t max_backoff_ms = 60'000;
  std::size_t max_response_bytes = 4 * 1024 * 1024;
};

/// What is asked of one call besides the request.
struct CallOptions {
  std::string model_name;  ///< "instance:model"
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
  model::Usage wasted;
};

/// Immutable; used from all loops.
class ModelCaller {
 public:
  /// `client_of`: the HTTP client of a loop.
  ModelCaller(const ports::PluginDirectory& plugins, std::function<egress::Client&(base::Loop&)> client_of,
              const governance::Chain& chain, const model::Catalogue& prices, const telemetry::Tracer& tracer,
              telemetry::Metrics& metrics, ModelCallerOptions options);

  /// Tokens and thinking go to the run as they come, as the governors let them through. A failure that the provider
  /// calls retryable is repeated after a suspended wait, up to the limit; when something had been said before, a
  /// boundary voids it. The answer's usage is priced.
  Task<Result<model::ChatResponse>> call(engine::Run& run, CallOptions call, model::ChatRequest request,
                                         CallReport& report) const;

 private:
  static Task<Result<bool>> codec_wait(engine::Run& run, std::int64_t wait_ms);
  Task<Result<model::ChatResponse>> attempt(engine::Run& run, const std::string& instance,
                                            const std::string& request_json, const CallOptions& call,
                                            CallReport& report) const;
  Result<void> permit(const governance::Subject& subject, std::string_view method, std::string_view url) const;
  void count(const std::string& instance, const std::string& model, const model::Usage& usage) const;
  Task<Result<void>> back_off(engine::Run& run, int step, int attempt, Error error, bool said_something) const;

  const ports::PluginDirectory& plugins_;
  std::function<egress::Client&(base::Loop&)> client_of_;
  const governance::Chain& chain_;
  const model::Catalogue& prices_;
  const telemetry::Tracer& tracer_;
  telemetry::Metrics& metrics_;
  ModelCallerOptions options_;
};

}  // namespace platos::agent
