// Spans and events, and the sinks that they go to.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "telemetry/observer_sink.hpp"

namespace platos::telemetry {

/// Sinks are added before the loops run; then immutable, and push() is called from any thread.
class Tracer {
 public:
  explicit Tracer(const base::Clock& clock) : clock_(clock) {}

  void add_sink(std::unique_ptr<ObserverSink> sink) { sinks_.push_back(std::move(sink)); }
  /// Ends the sinks; what they hold is flushed. What is pushed afterwards goes nowhere. Blocks; false when one is
  /// stuck.
  bool stop();

  /// False while nobody listens: records need not be made.
  bool enabled() const { return !sinks_.empty(); }
  void push(ports::Record record) const;
  const base::Clock& clock() const { return clock_; }

 private:
  const base::Clock& clock_;
  std::vector<std::unique_ptr<ObserverSink>> sinks_;
};

/// The place of a span in its trace.
struct SpanContext {
  ports::TraceId trace_id{};
  ports::SpanId span_id{};
};

/// One span from its start to end(). Bound to one thread at a time; moved, not copied. Without a listener it does
/// nothing. One that is destroyed without end() is not recorded.
class Span {
 public:
  Span() = default;
  Span(const Tracer& tracer, std::string_view name, const SpanContext& parent,
       ports::Record::SpanKind kind = ports::Record::SpanKind::Internal);
  Span(Span&&) noexcept = default;
  Span& operator=(Span&&) noexcept = default;

  /// Where children of this span belong; the parent's place when nobody listens.
  const SpanContext& context() const { return context_; }
  void set(std::string_view key, std::variant<std::string, std::int64_t, double, bool> value);
  /// A text of the conversation: only observers with the grant "content" see it. Cut at 32 KiB.
  void set_content(std::string_view key, std::string_view text);
  void end(ports::Record::Severity severity = ports::Record::Severity::Ok, std::string_view error_code = {});

 private:
  const Tracer* tracer_ = nullptr;
  SpanContext context_;
  std::unique_ptr<ports::Record> record_;
};

/// The ULID of an id such as "run_01J...", as a trace id. All zero when it is none.
ports::TraceId trace_id_of(std::string_view id);
/// The trace id and parent span of a W3C traceparent header; all zero when it is not valid.
SpanContext parse_traceparent(std::string_view header);
std::string trace_id_hex(const ports::TraceId& id);

}  // namespace platos::telemetry
