#include "model/usage.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"

namespace platos::model {
namespace {
void add_count(std::int64_t& to, std::int64_t count) {
  if (count >= 0) to = std::max<std::int64_t>(to, 0) + count;
}
}  // namespace

void Usage::add(const Usage& other) {
  const bool first = calls == 0;
  calls += std::max(other.calls, 1);
  const auto add_cost = [first](std::int64_t& to, std::int64_t cost) {
    to = first ? cost : to < 0 || cost < 0 ? -1 : to + cost;
  };
  add_cost(cost_micro_usd, other.cost_micro_usd);
  add_cost(fresh_cost_micro_usd, other.fresh_cost_micro_usd);
  add_count(input_tokens, other.input_tokens);
  add_count(output_tokens, other.output_tokens);
  add_count(cached_tokens, other.cached_tokens);
  add_count(cache_write_tokens, other.cache_write_tokens);
  add_count(reasoning_tokens, other.reasoning_tokens);
}

std::string cents(std::int64_t micro_usd) {
  constexpr std::int64_t kMicroPerCent = 10'000;
  if (micro_usd < 0) return "0";
  if (micro_usd % kMicroPerCent == 0) return std::to_string(micro_usd / kMicroPerCent);
  return dump(Json(static_cast<double>(micro_usd) / kMicroPerCent));
}

std::string to_wire(const Usage& usage) {
  const auto count = [](std::int64_t tokens) { return std::max<std::int64_t>(tokens, 0); };
  return base::JsonObject()
      .number("inputTokens", count(usage.input_tokens))
      .number("outputTokens", count(usage.output_tokens))
      .number("cacheReadInputTokens", count(usage.cached_tokens))
      .number("cacheCreationInputTokens", count(usage.cache_write_tokens))
      .number("reasoningTokens", count(usage.reasoning_tokens))
      .number("promptTokens", count(usage.input_tokens))
      .number("completionTokens", count(usage.output_tokens))
      .number("totalTokens", count(usage.input_tokens) + count(usage.output_tokens))
      .number("cachedTokens", count(usage.cached_tokens))
      .json("costCents", cents(usage.cost_micro_usd))
      .boolean("costKnown", usage.cost_micro_usd >= 0)
      .take();
}

std::string encode(const Usage& usage) {
  return base::JsonObject()
      .number("input_tokens", usage.input_tokens)
      .number("output_tokens", usage.output_tokens)
      .number("cached_tokens", usage.cached_tokens)
      .number("cache_write_tokens", usage.cache_write_tokens)
      .number("reasoning_tokens", usage.reasoning_tokens)
      .number("cost_micro_usd", usage.cost_micro_usd)
      .number("fresh_cost_micro_usd", usage.fresh_cost_micro_usd)
      .take();
}

Usage usage_from_json(const Json& json) {
  Usage usage;
  if (!json.is_object()) return usage;
  usage.input_tokens = json.value("input_tokens", std::int64_t{-1});
  usage.output_tokens = json.value("output_tokens", std::int64_t{-1});
  usage.cached_tokens = json.value("cached_tokens", std::int64_t{-1});
  usage.cache_write_tokens = json.value("cache_write_tokens", std::int64_t{-1});
  usage.reasoning_tokens = json.value("reasoning_tokens", std::int64_t{-1});
  usage.cost_micro_usd = json.value("cost_micro_usd", std::int64_t{-1});
  usage.fresh_cost_micro_usd = json.value("fresh_cost_micro_usd", std::int64_t{-1});
  return usage;
}

}  // namespace platos::model
