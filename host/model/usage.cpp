#include "model/usage.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {
void add_count(std::int64_t& to, std::int64_t count) {
  if (count >= 0) to = std::max<std::int64_t>(to, 0) + count;
}
}  // namespace

void Usage::add(const Usage& other) {
  add_count(input_tokens, other.input_tokens);
  add_count(output_tokens, other.output_tokens);
  add_count(cached_tokens, other.cached_tokens);
  add_count(reasoning_tokens, other.reasoning_tokens);
}

Json to_wire(const Usage& usage) {
  const auto count = [](std::int64_t tokens) { return std::max<std::int64_t>(tokens, 0); };
  return {{"inputTokens", count(usage.input_tokens)},
          {"outputTokens", count(usage.output_tokens)},
          {"cacheReadInputTokens", count(usage.cached_tokens)},
          {"reasoningTokens", count(usage.reasoning_tokens)},
          {"promptTokens", count(usage.input_tokens)},
          {"completionTokens", count(usage.output_tokens)},
          {"totalTokens", count(usage.input_tokens) + count(usage.output_tokens)},
          {"cachedTokens", count(usage.cached_tokens)},
          {"costCents", 0},
          {"costKnown", false}};
}

Json to_json(const Usage& usage) {
  return {{"input_tokens", usage.input_tokens},
          {"output_tokens", usage.output_tokens},
          {"cached_tokens", usage.cached_tokens},
          {"reasoning_tokens", usage.reasoning_tokens}};
}

Usage usage_from_json(const Json& json) {
  Usage usage;
  if (!json.is_object()) return usage;
  usage.input_tokens = json.value("input_tokens", std::int64_t{-1});
  usage.output_tokens = json.value("output_tokens", std::int64_t{-1});
  usage.cached_tokens = json.value("cached_tokens", std::int64_t{-1});
  usage.reasoning_tokens = json.value("reasoning_tokens", std::int64_t{-1});
  return usage;
}

}  // namespace platos::model
