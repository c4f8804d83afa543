// Search over 50,000 vectors of 256 dimensions: through the C table of the plugin with all that belongs to a call, and
// in the index alone, with each version of the inner loops.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>

#include "memory_fixture.hpp"
#include "vector_index.hpp"

namespace platos::bench {
namespace {

using namespace records;
using namespace memory_sqlite_test;

constexpr std::size_t kCount = 50'000;
constexpr std::size_t kDimensions256 = 256;

/// Directions around sixty-four centres, as embeddings of real texts lie closer together than chance.
class Vectors {
 public:
  Vectors() {
    for (std::size_t i = 0; i < 64; ++i) centres_.push_back(noise(1));
  }
  std::vector<float> next() {
    const auto& centre = centres_[std::uniform_int_distribution<std::size_t>(0, centres_.size() - 1)(random_)];
    std::vector<float> out = noise(0.7F);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += centre[i];
    return out;
  }

 private:
  std::vector<float> noise(float scale) {
    std::vector<float> out(kDimensions256);
    for (float& value : out) value = scale * std::normal_distribution<float>()(random_);
    return out;
  }
  std::mt19937 random_{99};
  std::vector<std::vector<float>> centres_;
};

double thread_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double percentile(std::vector<double>& values, std::size_t hundredths) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, values.size() * hundredths / 100)];
}

/// Runs `search` per iteration, and tells the percentiles: of the time on the clock, and of the time on the processor,
/// which is the same on an idle machine and alone says something on a busy one.
template <typename Run>
void measure(benchmark::State& state, Run&& search) {
  std::vector<double> clock;
  std::vector<double> processor;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    const double thread_begin = thread_milliseconds();
    search();
    processor.push_back(thread_milliseconds() - thread_begin);
    clock.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  state.counters["p50_ms"] = percentile(clock, 50);
  state.counters["p99_ms"] = percentile(clock, 99);
  state.counters["cpu_p50_ms"] = percentile(processor, 50);
  state.counters["cpu_p99_ms"] = percentile(processor, 99);
}

void index_search(benchmark::State& state, const Kernels& loops) {
  sdk::testing::FakeHost host;
  platos_call_t call;
  platos_error_t error;
  const Stop stop(sdk::Host(host.table()), sdk::Call(host.table(), &call, &error));
  Vectors vectors;
  VectorIndex index(kDimensions256, loops);
  index.reserve(kCount);
  for (std::size_t i = 0; i < kCount; ++i) index.put(static_cast<std::int64_t>(i), std::to_string(i), vectors.next());
  measure(state, [&] {
    const auto query = vectors.next();
    benchmark::DoNotOptimize(index.search({query, 10, -1, {}}, stop));
  });
}
void fast_index(benchmark::State& state) { index_search(state, kernels()); }
void portable_index(benchmark::State& state) { index_search(state, portable_kernels()); }

void plugin_search(benchmark::State& state) {
  TempDir folder;
  Running running(folder.path());
  MemoryDriver memory(running.instance());
  Vectors vectors;
  for (std::size_t batch = 0; batch < kCount / 1000; ++batch) {
    std::vector<Given> given;
    for (std::size_t i = 0; i < 1000; ++i) {
      const std::string number = std::to_string(batch * 1000 + i);
      given.push_back({number, "memory number " + number, R"({"kind":"fact"})", vectors.next()});
    }
    if (memory.upsert(given) != PLATOS_OK) state.SkipWithError(memory.error.message.c_str());
  }
  Asked asked;
  asked.mode = static_cast<std::int32_t>(state.range(0));
  asked.text = "number 777";
  if (state.range(1) != 0) asked.filter_json = R"({"kind":"fact"})";
  asked.vector = vectors.next();
  memory.search(asked);
  measure(state, [&] {
    asked.vector = vectors.next();
    benchmark::DoNotOptimize(memory.search(asked));
  });
}

BENCHMARK(fast_index)->Unit(benchmark::kMillisecond)->Iterations(1000);
BENCHMARK(portable_index)->Unit(benchmark::kMillisecond)->Iterations(200);
BENCHMARK(plugin_search)->Unit(benchmark::kMillisecond)->Args({PLATOS_MEMORY_VECTOR, 0})->Iterations(1000);
BENCHMARK(plugin_search)->Unit(benchmark::kMillisecond)->Args({PLATOS_MEMORY_VECTOR, 1})->Iterations(200);
BENCHMARK(plugin_search)->Unit(benchmark::kMillisecond)->Args({PLATOS_MEMORY_HYBRID, 0})->Iterations(50);

}  // namespace
}  // namespace platos::bench
