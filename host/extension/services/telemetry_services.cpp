// The host table's services metrics, spans and state-dir.
#include <algorithm>

#include "base/text.hpp"
#include "extension/services/call.hpp"
#include "extension/services/host_table.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxSeries = 64;
constexpr std::size_t kMaxSpans = 64;
constexpr std::size_t kMaxAttributes = 16;
constexpr std::size_t kMaxAttributeBytes = 1024;
const std::vector<double> kSeconds = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60};

std::string short_text(platos_slice_t slice, std::size_t max_bytes) {
  if (slice.data == nullptr) return {};
  return base::printable({slice.data, std::min(slice.size, max_bytes)}, max_bytes);
}

bool is_metric_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 64 && (name.front() < '0' || name.front() > '9') &&
         std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

void HostTable::fill_telemetry() {
  metrics_table_.struct_size = sizeof metrics_table_;
  metrics_table_.series = [](const platos_host_t* self, std::int32_t kind, platos_slice_t name, platos_slice_t help,
                             const platos_label_t* labels, std::size_t count, platos_metric_t** metric,
                             platos_error_t* error) noexcept {
    return of(self).series(kind, name, help, labels, count, metric, error);
  };
  metrics_table_.record = [](const platos_host_t*, platos_metric_t* metric, double value) noexcept {
    if (metric != nullptr) reinterpret_cast<telemetry::Series*>(metric)->record(value);
  };
  spans_table_.struct_size = sizeof spans_table_;
  spans_table_.start = [](const platos_host_t* self, platos_call_t* call, platos_slice_t name) noexcept {
    return of(self).start_span(call, name);
  };
  spans_table_.end = [](const platos_host_t*, platos_call_t* call, std::uint64_t span, std::int32_t severity,
                        const platos_attribute_t* attributes,
                        std::size_t count) noexcept { end_span(call, span, severity, attributes, count); };
  state_dir_table_.struct_size = sizeof state_dir_table_;
  state_dir_table_.path = [](const platos_host_t* self) noexcept -> platos_slice_t {
    const std::string& path = of(self).services_.state_dir;
    return {path.data(), path.size()};
  };
}

std::int32_t HostTable::series(std::int32_t kind, platos_slice_t name, platos_slice_t help,
                               const platos_label_t* labels, std::size_t label_count, platos_metric_t** metric,
                               platos_error_t* error) {
  const std::string given = short_text(name, 65);
  if (!is_metric_name(given) || metric == nullptr || label_count > 8 || (label_count > 0 && labels == nullptr)) {
    return refuse(error, PLATOS_INVALID_ARGUMENT,
                  "metrics: expected a name of a-z, 0-9 and _, and at most 8 labels, found \"" + given + "\"");
  }
  telemetry::Labels pairs = {{"instance", label_}};
  for (std::size_t i = 0; i < label_count; ++i) {
    const std::string label = short_text(labels[i].name, 65);
    if (!is_metric_name(label) || label == "instance")
      return refuse(error, PLATOS_INVALID_ARGUMENT, "metrics: \"" + label + "\" cannot be a label");
    pairs.emplace_back(label, short_text(labels[i].value, 64));
  }
  const std::string full = "platos_plugin_" + given;
  const auto wanted = kind == PLATOS_SERIES_GAUGE       ? telemetry::MetricKind::Gauge
                      : kind == PLATOS_SERIES_HISTOGRAM ? telemetry::MetricKind::Histogram
                                                        : telemetry::MetricKind::Counter;
  const auto existing = services_.metrics->kind_of(full);
  if (existing != telemetry::MetricKind::Unspecified && existing != wanted)
    return refuse(error, PLATOS_INVALID_ARGUMENT, "metrics: " + full + " is of another kind already");
  const std::lock_guard lock(series_mutex_);
  if (series_.size() >= kMaxSeries)
    return refuse(error, PLATOS_RESOURCE_EXHAUSTED, "metrics: an instance may have 64 series");
  auto& metrics = *services_.metrics;
  const std::string text = short_text(help, 256);
  telemetry::Series& made = wanted == telemetry::MetricKind::Gauge ? metrics.gauge(full, text, std::move(pairs))
                            : wanted == telemetry::MetricKind::Histogram
                                ? metrics.histogram(full, text, kSeconds, std::move(pairs))
                                : metrics.counter(full, text, std::move(pairs));
  series_.insert(&made);
  *metric = reinterpret_cast<platos_metric_t*>(&made);
  return PLATOS_OK;
}

std::uint64_t HostTable::start_span(platos_call_t* call, platos_slice_t name) const {
  if (call == nullptr || !services_.tracer->enabled()) return 0;
  const std::lock_guard lock(call->spans_mutex);
  if (call->spans.size() >= kMaxSpans) return 0;
  telemetry::Span span(*services_.tracer, short_text(name, 64), {call->context.trace_id, call->context.span_id});
  span.set("platos.plugin.instance", label_);
  const std::uint64_t number = call->next_span++;
  call->spans.emplace(number, std::move(span));
  return number;
}

void HostTable::end_span(platos_call_t* call, std::uint64_t number, std::int32_t severity,
                         const platos_attribute_t* attributes, std::size_t count) {
  if (call == nullptr || (count > 0 && attributes == nullptr)) return;
  const std::lock_guard lock(call->spans_mutex);
  const auto found = call->spans.find(number);
  if (found == call->spans.end()) return;
  telemetry::Span span = std::move(found->second);
  call->spans.erase(found);
  for (std::size_t i = 0; i < std::min(count, kMaxAttributes); ++i) {
    const platos_attribute_t& each = attributes[i];
    const std::string key = "platos.plugin." + short_text(each.key, 64);
    switch (each.type) {
      case PLATOS_ATTRIBUTE_INTEGER: span.set(key, each.integer); break;
      case PLATOS_ATTRIBUTE_DOUBLE: span.set(key, each.number); break;
      case PLATOS_ATTRIBUTE_BOOLEAN: span.set(key, each.integer != 0); break;
      default: span.set(key, short_text(each.text, kMaxAttributeBytes));
    }
  }
  span.end(severity == PLATOS_SEVERITY_ERROR ? ports::Record::Severity::Error : ports::Record::Severity::Ok);
}

}  // namespace platos::extension
