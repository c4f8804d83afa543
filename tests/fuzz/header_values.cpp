// Values of single headers: traceparent of requests, Retry-After of answers.
#include "common/provider/retry_after.hpp"
#include "fuzz/property.hpp"
#include "telemetry/tracer.hpp"

using namespace platos;
using fuzz::require;

namespace {

void check_traceparent(std::string_view value) {
  const telemetry::SpanContext context = telemetry::parse_traceparent(value);
  const bool has_trace = context.trace_id != ports::TraceId{};
  require(has_trace == (context.span_id != ports::SpanId{}), "a trace and a span, or neither");
  require(!has_trace || value.substr(3, 32) == telemetry::trace_id_hex(context.trace_id), "the trace is the header's");
}

void check_retry_after(std::string_view value) {
  constexpr std::int64_t kNowMs = 784'111'777'000;  // Sun, 06 Nov 1994 08:49:37 GMT
  const auto wait_ms = provider_common::parse_retry_after_ms(value, kNowMs);
  require(!wait_ms || (*wait_ms >= 0 && *wait_ms <= provider_common::kMaxRetryAfterMs), "a wait is within an hour");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  check_traceparent(input);
  check_retry_after(input);
  return 0;
}
