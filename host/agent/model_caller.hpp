// Calls a model for one step of a turn: streams its events, repeats what is safe to repeat.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/task.hpp"
#include "egress/client.hpp"
#include "engine/run.hpp"
#include "model/chat.hpp"
#include "ports/plugin_directory.hpp"

namespace platos::agent {

struct ModelCallerOptions {
  std::string default_instance = "openai";
  std::int64_t max_retries = 2;
  std::int64_t max_backoff_ms = 60'000;
  std::size_t max_response_bytes = 4 * 1024 * 1024;
};

/// What a failed or cancelled call had said so far.
struct PartialAnswer {
  std::string text;
  std::string reasoning;
};

/// Immutable; used from all loops.
class ModelCaller {
 public:
  /// `client_of`: the HTTP client of a loop.
  ModelCaller(const ports::PluginDirectory& plugins, std::function<egress::Client&(base::Loop&)> client_of,
              ModelCallerOptions options);

  /// `model_name` is "instance:model". Tokens and thinking go to the run as they come. A failure that the provider
  /// calls retryable is repeated after a suspended wait, up to the limit; when something had been said before, a
  /// boundary voids it. `partial` has what was said when the result is an error.
  Task<Result<model::ChatResponse>> call(engine::Run& run, int step, std::string model_name, model::ChatRequest request,
                                         PartialAnswer& partial) const;

 private:
  static Task<Result<bool>> codec_wait(engine::Run& run, std::int64_t wait_ms);
  Task<Result<model::ChatResponse>> attempt(engine::Run& run, std::string instance, std::string request_json,
                                            PartialAnswer& partial) const;
  Task<Result<void>> back_off(engine::Run& run, int step, int attempt, Error error, bool said_something) const;

  const ports::PluginDirectory& plugins_;
  std::function<egress::Client&(base::Loop&)> client_of_;
  ModelCallerOptions options_;
};

}  // namespace platos::agent
