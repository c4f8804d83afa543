// JSON that enters the process: parse_bounded on texts of about 1 KB and 20 KB.
#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>

#include "model/json.hpp"

namespace platos::bench {
namespace {

std::string document_of(std::size_t bytes) {
  model::Json document = {{"items", model::Json::array()}};
  while (document.dump().size() < bytes) {
    document["items"].push_back(
        {{"id", "itm_0123456789"}, {"count", 42}, {"ratio", 0.5}, {"live", true}, {"text", "some words of a user"}});
  }
  return document.dump();
}

// Argument: size of the text.
void parse_bounded(benchmark::State& state) {
  const std::string text = document_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    auto parsed = model::parse_bounded(text, "a document");
    if (!parsed) return state.SkipWithError(parsed.error().message.c_str());
    benchmark::DoNotOptimize(parsed);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_bounded)->Arg(1'000)->Arg(20'000);

}  // namespace
}  // namespace platos::bench
