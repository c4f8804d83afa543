// Bytes into frames and heads: what every byte from a vendor and every request of a client passes.
#include <benchmark/benchmark.h>

#include "egress/framer.hpp"
#include "ingress/head_parser.hpp"
#include "micro/vendor_answer.hpp"

namespace platos::bench {
namespace {

constexpr std::size_t kMaxFrameBytes = 1024 * 1024;

// Argument: size of the pieces in which the body arrives.
void sse_framer(benchmark::State& state) {
  const std::string body = vendor_body(256);
  const auto piece_bytes = static_cast<std::size_t>(state.range(0));
  std::int64_t frames = 0;
  for (auto _ : state) {
    const auto framer = egress::make_framer(ports::Framing::ServerSentEvents, kMaxFrameBytes);
    for (std::size_t at = 0; at < body.size(); at += piece_bytes) {
      const auto fed = framer->feed(std::string_view(body).substr(at, piece_bytes),
                                    [&](std::string_view, std::string_view data) -> Result<void> {
                                      benchmark::DoNotOptimize(data.data());
                                      ++frames;
                                      return {};
                                    });
      if (!fed) return state.SkipWithError(fed.error().message.c_str());
    }
  }
  if (frames == 0) state.SkipWithError("no frame came out");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  state.SetItemsProcessed(frames);
}
BENCHMARK(sse_framer)->Arg(200)->Arg(16 * 1024);

void http_head(benchmark::State& state) {
  const std::string head =
      "POST /api/v1/agent/threads/thr_01JGFJJZ00G2T0ABCDEFGHJKMN/stream HTTP/1.1\r\n"
      "Host: 127.0.0.1:3100\r\n"
      "Authorization: Bearer plt_0123456789abcdef0123456789abcdef\r\n"
      "Accept: text/event-stream\r\n"
      "User-Agent: benchmark/1.0\r\n"
      "Content-Type: application/json\r\n"
      "Content-Length: 28\r\n\r\n";
  for (auto _ : state) {
    auto parsed = ingress::parse_head(head);
    if (!parsed) return state.SkipWithError(parsed.error().message.c_str());
    benchmark::DoNotOptimize(parsed);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(head.size()));
}
BENCHMARK(http_head);

}  // namespace
}  // namespace platos::bench
