// What a model call used.
#pragma once

#include <cstdint>

#include "model/json.hpp"

namespace platos::model {

/// Token counts. -1 is "the provider did not say". Input includes what was read from and written to a cache, output
/// includes reasoning.
struct Usage {
  std::int64_t input_tokens = -1;
  std::int64_t output_tokens = -1;
  std::int64_t cached_tokens = -1;       ///< of the input: read from the provider's cache
  std::int64_t reasoning_tokens = -1;    ///< of the output
  std::int64_t cache_write_tokens = -1;  ///< of the input: written to the provider's cache
  /// Millionths of a US dollar; -1: not known, because price or counts are not. `fresh` leaves cached tokens out.
  std::int64_t cost_micro_usd = -1;
  std::int64_t fresh_cost_micro_usd = -1;
  int calls = 0;  ///< added up; 0: this is one call, or nothing yet

  /// Adds the counts of a further call. Unknown plus known counts are known; the cost of a sum is known only when that
  /// of each call is.
  void add(const Usage& other);
  bool known() const { return input_tokens >= 0 || output_tokens >= 0; }
  /// US cents, 0 when not known.
  double cost_cents() const { return cost_micro_usd < 0 ? 0 : static_cast<double>(cost_micro_usd) / 1e4; }
};

/// Micro-dollars as a JSON number of US cents; 0 when not known.
std::string cents(std::int64_t micro_usd);

/// Wire form: inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens, reasoningTokens and their
/// older names promptTokens, completionTokens, totalTokens, cachedTokens; costCents, 0 with costKnown false while the
/// cost is not known.
std::string to_wire(const Usage& usage);

std::string encode(const Usage& usage);
Usage usage_from_json(const Json& json);

}  // namespace platos::model
