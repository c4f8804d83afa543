#include "telemetry/metric_export.hpp"

namespace platos::telemetry {

void push_metrics(const Metrics& metrics, const Tracer& tracer) {
  if (!tracer.enabled()) return;
  metrics.refresh();
  const std::int64_t now_us = tracer.clock().wall_us();
  metrics.visit([&](const std::string& name, const Family& family) {
    for (const auto& [labels, series] : family.series) {
      ports::Record record;
      record.kind = ports::Record::Kind::Metric;
      // A sum of a histogram only grows: observers read it as a counter.
      record.metric_kind = family.kind == MetricKind::Gauge ? 2 : 1;
      record.name = name;
      record.end_us = now_us;
      record.value = series->value();
      for (const auto& [label, value] : labels) record.attributes.push_back({label, value});
      if (family.kind == MetricKind::Histogram) {
        std::uint64_t count = 0;
        for (std::size_t i = 0; i <= series->bounds().size(); ++i) count += series->bucket(i);
        record.name += "_sum";
        record.attributes.push_back({"count", static_cast<std::int64_t>(count)});
      }
      tracer.push(std::move(record));
    }
  });
}

}  // namespace platos::telemetry
