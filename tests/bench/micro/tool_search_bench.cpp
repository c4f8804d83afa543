// find_tools over 10,000 tools: the search in an index that stands, what finds that index, and making one.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "tools/search_index.hpp"

namespace platos::bench {
namespace {

constexpr std::size_t kTools = 10'000;

/// Names and descriptions as real catalogues have them: few verbs and nouns, many times.
class ToolShelf {
 public:
  ToolShelf() {
    for (std::size_t i = 0; i < kTools; ++i) {
      model::Tool tool;
      tool.instance = "entity:system" + std::to_string(i % 50);
      tool.name = any(kVerbs) + "_" + any(kNouns) + std::to_string(i);
      tool.model_name = model::model_tool_name(tool.instance, tool.name);
      tool.description = "Lets the user " + any(kVerbs) + " one " + any(kNouns) + " of a " + any(kNouns) +
                         ", with its " + any(kNouns) + " and " + any(kNouns) + "; answers with what was done.";
      tool.input_schema_json =
          R"({"type":"object","properties":{")" + any(kNouns) + R"(Id":{"type":"string"},"limit":{}}})";
      tools_.push_back(std::move(tool));
    }
    for (const auto& tool : tools_) pointers_.push_back(&tool);
  }
  const std::vector<const model::Tool*>& pointers() const { return pointers_; }
  std::string query() { return any(kVerbs) + " the " + any(kNouns) + " of a " + any(kNouns) + " by its limit"; }

 private:
  template <typename Words>
  std::string any(const Words& words) {
    return words[std::uniform_int_distribution<std::size_t>(0, std::size(words) - 1)(random_)];
  }
  static constexpr const char* kVerbs[] = {"create",  "delete", "update", "list",   "find",    "send",
                                           "archive", "assign", "export", "import", "approve", "cancel"};
  static constexpr const char* kNouns[] = {
      "order",   "customer", "invoice",  "ticket",  "message",  "event",    "file",    "task", "project", "user",
      "payment", "report",   "contract", "product", "shipment", "campaign", "contact", "deal", "meeting", "note"};
  std::mt19937 random_{7};
  std::vector<model::Tool> tools_;
  std::vector<const model::Tool*> pointers_;
};

ToolShelf& shelf() {
  static ToolShelf made;
  return made;
}

double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double at_hundredth(std::vector<double>& times, std::size_t hundredth) {
  std::sort(times.begin(), times.end());
  return times[std::min(times.size() - 1, times.size() * hundredth / 100)];
}

/// Percentiles of the time on the clock, and on the processor, which alone says something on a busy machine.
template <typename Work>
void measure_tools(benchmark::State& state, Work&& work) {
  std::vector<double> clock;
  std::vector<double> processor;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    const double thread_begin = thread_ms();
    work();
    processor.push_back(thread_ms() - thread_begin);
    clock.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  state.counters["p50_ms"] = at_hundredth(clock, 50);
  state.counters["p99_ms"] = at_hundredth(clock, 99);
  state.counters["cpu_p50_ms"] = at_hundredth(processor, 50);
  state.counters["cpu_p99_ms"] = at_hundredth(processor, 99);
}

void search_10k(benchmark::State& state) {
  const tools::SearchIndex index(shelf().pointers());
  measure_tools(state, [&] { benchmark::DoNotOptimize(index.search(shelf().query(), 15)); });
}

void search_and_fingerprint_10k(benchmark::State& state) {
  const tools::SearchIndex index(shelf().pointers());
  measure_tools(state, [&] {
    benchmark::DoNotOptimize(tools::fingerprint_of(shelf().pointers()));
    benchmark::DoNotOptimize(index.search(shelf().query(), 15));
  });
}

void make_index_10k(benchmark::State& state) {
  measure_tools(state, [&] {
    const tools::SearchIndex index(shelf().pointers());
    benchmark::DoNotOptimize(index.size());
  });
}

BENCHMARK(search_10k)->Iterations(2000)->Unit(benchmark::kMillisecond);
BENCHMARK(search_and_fingerprint_10k)->Iterations(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(make_index_10k)->Iterations(10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace platos::bench
