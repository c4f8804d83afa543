// What a stored text pays for being sealed.
#include <benchmark/benchmark.h>

#include "secrets/cipher.hpp"
#include "secrets/key_ring.hpp"

namespace platos::bench {
namespace {

// Argument: size of the text. Time is of both together, bytes are the text's.
void seal_and_open(benchmark::State& state) {
  secrets::KeyRing ring(secrets::random_key());
  if (!ring.add(ring.make("org_default"))) return state.SkipWithError("the data key was refused");
  const secrets::Place place = {"messages.content", "env_default", "msg_01JGFJJZ00G2T0ABCDEFGHJKMN"};
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  bool all_good = true;
  for (auto _ : state) {
    const auto opened = ring.open(place, ring.seal("org_default", place, text));
    all_good = all_good && opened && opened->size() == text.size();
    benchmark::DoNotOptimize(opened->data());
  }
  if (!all_good) state.SkipWithError("a text did not open");
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(seal_and_open)->Arg(100)->Arg(2 * 1024)->Arg(64 * 1024);

}  // namespace
}  // namespace platos::bench
