// What a model call used.
#pragma once

#include <cstdint>

#include "model/json.hpp"

namespace platos::model {

/// Token counts. -1 is "the provider did not say".
struct Usage {
  std::int64_t input_tokens = -1;
  std::int64_t output_tokens = -1;
  std::int64_t cached_tokens = -1;
  std::int64_t reasoning_tokens = -1;

  /// Adds the counts of a further call; unknown plus known is known.
  void add(const Usage& other);
  bool known() const { return input_tokens >= 0 || output_tokens >= 0; }
};

/// Wire form: inputTokens, outputTokens, cacheReadInputTokens, reasoningTokens and their older names promptTokens,
/// completionTokens, totalTokens, cachedTokens; costCents 0 with costKnown false until prices are known.
Json to_wire(const Usage& usage);

Json to_json(const Usage& usage);
Usage usage_from_json(const Json& json);

}  // namespace platos::model
