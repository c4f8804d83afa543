#include "telemetry/tracer.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>

#include "base/text.hpp"

namespace platos::telemetry {
namespace {

// splitmix64 over a counter with a random start: unique in the process, and hard to meet in another.
ports::SpanId next_span_id() {
  static std::atomic<std::uint64_t> state{(std::uint64_t{std::random_device()()} << 32) | std::random_device()()};
  std::uint64_t x = state.fetch_add(0x9E3779B97F4A7C15U, std::memory_order_relaxed);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  x ^= x >> 31;
  ports::SpanId id;
  std::memcpy(id.data(), &x, id.size());
  return id;
}

int crockford(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const auto at = kDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& out) {
  bool any = false;
  for (std::size_t i = 0; i < N; ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
    any = any || out[i] != 0;
  }
  return any;
}

}  // namespace

bool Tracer::stop() {
  bool ended = true;
  for (const auto& sink : sinks_) ended = sink->stop() && ended;
  return ended;
}

void Tracer::push(ports::Record record) const {
  if (sinks_.empty()) return;
  const auto shared = std::make_shared<const ports::Record>(std::move(record));
  for (const auto& sink : sinks_) sink->push(shared);
}

Span::Span(const Tracer& tracer, std::string_view name, const SpanContext& parent, ports::Record::SpanKind kind)
    : context_(parent) {
  if (!tracer.enabled()) return;
  tracer_ = &tracer;
  record_ = std::make_unique<ports::Record>();
  record_->kind = ports::Record::Kind::Span;
  record_->span_kind = kind;
  record_->name = name;
  record_->trace_id = parent.trace_id;
  record_->parent_span_id = parent.span_id;
  record_->span_id = next_span_id();
  record_->start_us = tracer.clock().wall_us();
  context_.span_id = record_->span_id;
}

void Span::set(std::string_view key, std::variant<std::string, std::int64_t, double, bool> value) {
  if (record_) record_->attributes.push_back({std::string(key), std::move(value), false});
}

void Span::set_content(std::string_view key, std::string_view text) {
  constexpr std::size_t kMaxBytes = 32 * 1024;
  if (record_) record_->attributes.push_back({std::string(key), std::string(base::cut_utf8(text, kMaxBytes)), true});
}

void Span::end(ports::Record::Severity severity, std::string_view error_code) {
  if (!record_) return;
  record_->severity = severity;
  record_->body = error_code;
  record_->end_us = tracer_->clock().wall_us();
  tracer_->push(std::move(*record_));
  record_.reset();
}

ports::TraceId trace_id_of(std::string_view id) {
  ports::TraceId trace{};
  constexpr std::size_t kUlidChars = 26;
  if (id.size() < kUlidChars) return trace;
  const std::string_view ulid = id.substr(id.size() - kUlidChars);
  __extension__ unsigned __int128 number = 0;
  for (const char c : ulid) {
    const int digit = crockford(c);
    if (digit < 0) return {};
    number = (number << 5) | static_cast<unsigned>(digit);
  }
  for (std::size_t i = 0; i < trace.size(); ++i) trace[i] = static_cast<std::uint8_t>(number >> (120 - 8 * i));
  return trace;
}

SpanContext parse_traceparent(std::string_view header) {
  // 2 of version, 32 of trace, 16 of parent, 2 of flags, hyphens between. Longer ones are of later versions.
  constexpr std::size_t kLength = 55;
  SpanContext context;
  const bool shaped = header.size() >= kLength && header[2] == '-' && header[35] == '-' && header[52] == '-' &&
                      header.substr(0, 2) != "ff" && hex_digit(header[0]) >= 0 && hex_digit(header[1]) >= 0 &&
                      (header.size() == kLength || (header.substr(0, 2) != "00" && header[kLength] == '-'));
  if (!shaped || hex_digit(header[53]) < 0 || hex_digit(header[54]) < 0) return {};
  if (!read_hex(header.substr(3, 32), context.trace_id)) return {};
  if (!read_hex(header.substr(36, 16), context.span_id)) return {};
  return context;
}

std::string trace_id_hex(const ports::TraceId& id) {
  return base::to_hex({reinterpret_cast<const char*>(id.data()), id.size()});
}

}  // namespace platos::telemetry
