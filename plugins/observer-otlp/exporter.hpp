// Sends requests to one server and judges the answers: the wire of OTLP/HTTP with JSON. Bound to the observer thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config.hpp"
#include "export_answer.hpp"
#include "platos/cpp/plugin.hpp"

namespace platos::observer_otlp {

/// What differs between traces, metrics and logs. All texts are static.
struct Signal {
  std::string_view path;             ///< "/v1/traces"
  std::string_view envelope;         ///< "resourceSpans"
  std::string_view scope_envelope;   ///< "scopeSpans"
  std::string_view items;            ///< "spans"
  std::string_view rejected_member;  ///< "rejectedSpans"
};

constexpr Signal kTraces = {"/v1/traces", "resourceSpans", "scopeSpans", "spans", "rejectedSpans"};
constexpr Signal kMetrics = {"/v1/metrics", "resourceMetrics", "scopeMetrics", "metrics", "rejectedDataPoints"};
constexpr Signal kLogs = {"/v1/logs", "resourceLogs", "scopeLogs", "logRecords", "rejectedLogRecords"};

class Exporter {
 public:
  /// Makes the resource: service.name platos, service.version, service.instance.id.
  Exporter(sdk::Host host, const Config& config);

  /// POSTs `items` (JSON, `count` records) and waits at most for the call's deadline. Never throws for what the server
  /// or the way to it does.
  Verdict send(const sdk::Call& call, const Signal& signal, std::string_view items, std::size_t count) const;

  /// Whether the call leaves time to send something.
  bool has_time(const sdk::Call& call) const;

  std::int64_t wall_ns() const;

 private:
  const sdk::Host host_;
  const Config& config_;  // of the instance, which outlives this
  std::string resource_;  // JSON
  std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace platos::observer_otlp
