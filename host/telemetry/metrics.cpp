#include "telemetry/metrics.hpp"

#include <algorithm>

namespace platos::telemetry {

void Series::add(double amount) {
  if (kind_ == MetricKind::Counter && !(amount > 0)) return;
  value_.fetch_add(amount, std::memory_order_relaxed);
}

void Series::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  buckets_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  value_.fetch_add(value, std::memory_order_relaxed);
}

void Series::record(double value) {
  switch (kind_) {
    case MetricKind::Gauge: return set(value);
    case MetricKind::Histogram: return observe(value);
    default: return add(value);
  }
}

Series& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  return series(name, MetricKind::Counter, help, {}, std::move(labels));
}
Series& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  return series(name, MetricKind::Gauge, help, {}, std::move(labels));
}
Series& Metrics::histogram(std::string_view name, std::string_view help, std::vector<double> bounds, Labels labels) {
  return series(name, MetricKind::Histogram, help, std::move(bounds), std::move(labels));
}

Series& Metrics::series(std::string_view name, MetricKind kind, std::string_view help, std::vector<double> bounds,
                        Labels labels) {
  const std::lock_guard lock(mutex_);
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), Family{}).first;
    found->second.kind = kind;
    found->second.help = help;
    found->second.bounds = std::move(bounds);
  }
  Family& family = found->second;
  auto each = family.series.find(labels);
  if (each == family.series.end()) {
    if (family.series.size() >= kMaxSeriesPerFamily) {
      for (auto& [label, value] : labels) value = "other";
    }
    each = family.series.try_emplace(std::move(labels)).first;
    if (!each->second) each->second = std::make_unique<Series>(family.kind, family.bounds);
  }
  return *each->second;
}

MetricKind Metrics::kind_of(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = families_.find(name);
  return found == families_.end() ? MetricKind::Unspecified : found->second.kind;
}

void Metrics::refresh() const {
  for (const auto& refresh : refreshers_) refresh();
}

void Metrics::visit(const std::function<void(const std::string& name, const Family& family)>& each) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) each(name, family);
}

}  // namespace platos::telemetry
