// The canonical chat request of a model call.
#include <benchmark/benchmark.h>

#include "micro/conversation.hpp"

namespace platos::bench {
namespace {

// Argument: messages of the conversation.
void encode_chat_request(benchmark::State& state) {
  const auto request = conversation(static_cast<int>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    std::string text = model::encode(request);
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
BENCHMARK(encode_chat_request)->Arg(1)->Arg(8)->Arg(64);

}  // namespace
}  // namespace platos::bench
