// The event log of a run: what a token costs between the codec and the socket.
#include <benchmark/benchmark.h>

#include "engine/event_log.hpp"

namespace platos::bench {
namespace {

constexpr std::int64_t kReserved = 4'096;
constexpr std::size_t kRingBytes = 1024 * 1024;

// Argument: events appended before they are read, as tokens that come in one piece are. Time is of all of them.
void event_log_append_and_read(benchmark::State& state) {
  std::int64_t read = 0;
  for (auto _ : state) {
    engine::EventLog log("run_01JGFJJZ00G2T0ABCDEFGHJKMN", 1, kReserved, kRingBytes);
    for (std::int64_t i = 0; i < state.range(0); ++i) log.append(model::token_event("@0001700000000000@"));
    std::vector<engine::LoggedEvent> events;
    if (log.read(0, kRingBytes, events) != engine::EventLog::Read::Events)
      return state.SkipWithError("nothing to read");
    read += static_cast<std::int64_t>(events.size());
    benchmark::DoNotOptimize(events.data());
  }
  if (read != state.iterations() * state.range(0)) state.SkipWithError("events are missing");
  state.SetItemsProcessed(read);
}
BENCHMARK(event_log_append_and_read)->Arg(1)->Arg(16)->Arg(256);

}  // namespace
}  // namespace platos::bench
