// Where spans, metrics, logs and events go, and what they are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "ports/call_context.hpp"

namespace platos::ports {

/// Keys follow OpenTelemetry. `content` marks the text of a message, an argument or a result: only for observers that
/// the operator lets see it.
struct Attribute {
  std::string key;
  std::variant<std::string, std::int64_t, double, bool> value;
  bool content = false;
};

/// One thing that happened. Immutable once it is pushed; shared by all sinks. Times are wall clock microseconds.
struct Record {
  enum class Kind { Unspecified, Span, Metric, Log, Event };
  enum class Severity { Unspecified, Ok, Info, Warn, Error };
  enum class SpanKind { Unspecified, Internal, Client, Server };
  Kind kind = Kind::Span;
  Severity severity = Severity::Ok;
  SpanKind span_kind = SpanKind::Internal;
  int metric_kind = 0;  ///< 1 counter, 2 gauge, 3 histogram
  TraceId trace_id{};
  SpanId span_id{};
  SpanId parent_span_id{};
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  double value = 0;
  std::string name;
  std::string body;
  std::vector<Attribute> attributes;
};

/// One instance of an observer plugin. Its functions are called on one thread, which they may block. Implemented by
/// `extension` and tests.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual const std::string& instance() const = 0;
  /// Whether it may see attributes marked as content.
  virtual bool sees_content() const = 0;

  /// `deadline_us`: monotonic. A failure means that the batch is gone.
  virtual Result<void> consume(std::span<const std::shared_ptr<const Record>> records, std::int64_t deadline_us) = 0;
  virtual Result<void> flush(std::int64_t deadline_us) = 0;
};

}  // namespace platos::ports
