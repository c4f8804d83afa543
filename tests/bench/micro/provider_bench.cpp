// provider-openai as the daemon calls it: the loaded library behind the real adapter, with every check on the way.
#include <benchmark/benchmark.h>

#include "base/worker_pool.hpp"
#include "extension/plugin_host.hpp"
#include "micro/conversation.hpp"
#include "micro/vendor_answer.hpp"
#include "support/temp_dir.hpp"

namespace platos::bench {
namespace {

/// Counts what a model says.
class CountingSink final : public ports::ChatSink {
 public:
  Result<void> on_text(std::string_view text) override { return count(text.size()); }
  Result<void> on_reasoning(std::string_view text) override { return count(text.size()); }
  Result<void> on_tool_begin(int, std::string_view, std::string_view) override { return {}; }
  Result<void> on_tool_args(int, std::string_view) override { return {}; }
  Result<void> on_tool_end(int) override { return {}; }
  Result<void> on_usage(const model::Usage&) override { return {}; }
  Result<void> on_stop(model::StopReason) override { return {}; }
  Result<void> on_extra(std::string_view) override { return {}; }
  std::size_t text_bytes = 0;

 private:
  Result<void> count(std::size_t bytes) {
    text_bytes += bytes;
    return {};
  }
};

class LoadedProvider {
 public:
  LoadedProvider() {
    dir_.write(
        "manifests/instances/bench.json",
        R"({"instance":1,"name":"bench","plugin":"dev.platos.provider-openai","component":"openai",)"
        R"("enabled":true,"config":{"base_url":"http://127.0.0.1:9/v1","api_key_required":false},"secrets":{}})");
    dir_.write("manifests/grants/bench.json",
               R"({"grant":1,"instance":"bench","http":["{{config.base_url}}/*"],"secrets":[]})");
    options_.shipped_dir = PLATOS_PLUGIN_DIR;
    options_.manifest_dirs = {dir_.path() + "/manifests"};
    options_.data_dir = dir_.path();
    host_ = std::make_unique<extension::PluginHost>(options_, clock_, logger_, watchdog_, markers_, http_);
    host_->load();
    provider = host_->provider("bench");
  }

 private:
  tests::TempDir dir_;
  base::SystemClock clock_;
  base::Logger logger_{clock_, base::LogLevel::Error, base::LogFormat::Json, dir_.path() + "/log"};
  base::Loop loop_{clock_};
  base::WorkerPool resolvers_{"resolver", 1, 1};
  egress::Client client_{loop_, resolvers_, {}};
  extension::HttpService http_{loop_, client_, logger_};
  extension::Markers markers_{dir_.path(), clock_};
  extension::Watchdog watchdog_{clock_, logger_, 10'000, [](const std::string&, std::int64_t) {}};
  extension::PluginHostOptions options_;
  std::unique_ptr<extension::PluginHost> host_;

 public:
  Result<std::shared_ptr<ports::ChatProvider>> provider = nullptr;
};

/// Null when the plugin did not load or begin; the benchmark then ends with an error.
std::unique_ptr<ports::Exchange> begin(benchmark::State& state, const LoadedProvider& loaded,
                                       const std::string& request_json, CountingSink& sink) {
  if (!loaded.provider) {
    state.SkipWithError(loaded.provider.error().message.c_str());
    return nullptr;
  }
  auto exchange = (*loaded.provider)->begin({}, request_json, sink);
  if (exchange) return std::move(*exchange);
  state.SkipWithError(exchange.error().message.c_str());
  return nullptr;
}

// A request begun, encoded and dropped. Argument: messages of the conversation.
void provider_request(benchmark::State& state) {
  const LoadedProvider loaded;
  const std::string request_json = model::encode(conversation(static_cast<int>(state.range(0))));
  CountingSink sink;
  for (auto _ : state) {
    const auto exchange = begin(state, loaded, request_json, sink);
    if (!exchange) return;
    const auto step = exchange->next();
    if (!step || step->body.empty()) return state.SkipWithError("no request");
    benchmark::DoNotOptimize(step->body.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request_json.size()));
}
BENCHMARK(provider_request)->Arg(1)->Arg(8)->Arg(64);

// One token's frame into the codec and its text out of it.
void provider_on_frame(benchmark::State& state) {
  const LoadedProvider loaded;
  const std::string request_json = model::encode(conversation(1));
  const std::string frame = vendor_events(1)[1];
  CountingSink sink;
  const auto exchange = begin(state, loaded, request_json, sink);
  if (!exchange) return;
  if (!exchange->next() || !exchange->on_head(200, {})) return state.SkipWithError("the exchange did not begin");
  for (auto _ : state) {
    const auto taken = exchange->on_frame({}, frame);
    if (!taken) return state.SkipWithError(taken.error().message.c_str());
  }
  if (sink.text_bytes == 0) state.SkipWithError("no text came out");
}
BENCHMARK(provider_on_frame);

}  // namespace
}  // namespace platos::bench
