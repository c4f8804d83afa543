#include "metric_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "common/clean_text.hpp"
#include "common/record_fields.hpp"
#include "otlp_json.hpp"
#include "pending_queue.hpp"
#include "platos/cpp/slice.hpp"

namespace platos::observer_otlp {
namespace {

constexpr std::size_t kMaxSeriesBytes = 4096;  // of one series' attributes, as JSON
constexpr std::size_t kMaxLabelBytes = 512;
constexpr int kCumulative = 2;  // AggregationTemporality of opentelemetry/proto/metrics/v1

constexpr std::array<double, 18> kSecondBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                  1,     2.5,    5,     10,   20,    40,   80,  160,  300};
constexpr std::array<double, 14> kSizeBounds = {1,     4,     16,     64,      256,     1024,     4096,
                                                16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};

std::span<const double> bounds_for(std::string_view name) {
  for (const std::string_view word : {"duration", "time", "latency", "seconds"}) {
    if (name.find(word) != std::string_view::npos) return kSecondBounds;
  }
  return kSizeBounds;
}

bool may_be_kept(const platos_record_t& record) {
  if (record.name.size == 0) return false;
  switch (record.metric_kind) {
    case PLATOS_METRIC_COUNTER: return std::isfinite(record.value) && record.value >= 0;
    case PLATOS_METRIC_GAUGE: return true;
    case PLATOS_METRIC_HISTOGRAM: return std::isfinite(record.value);
    default: return false;
  }
}

/// The same attributes in another order are the same series.
std::string identity(const platos_record_t& record) {
  auto attributes = attribute_pointers(record);
  std::stable_sort(attributes.begin(), attributes.end(),
                   [](const auto* left, const auto* right) { return sdk::view(left->key) < sdk::view(right->key); });
  return encode_attributes(attributes, kMaxLabelBytes, kMaxSeriesBytes).json;
}

/// What stands around the data points of one metric.
std::string open_metric(std::string_view name, std::int32_t kind) {
  std::string text = R"({"name":)";
  sdk::append_json_string(text, name);
  text += kind == PLATOS_METRIC_COUNTER ? R"(,"sum":{)"
          : kind == PLATOS_METRIC_GAUGE ? R"(,"gauge":{)"
                                        : R"(,"histogram":{)";
  if (kind != PLATOS_METRIC_GAUGE) text += "\"aggregationTemporality\":" + std::to_string(kCumulative) + ',';
  if (kind == PLATOS_METRIC_COUNTER) text += R"("isMonotonic":true,)";
  return text + R"("dataPoints":[)";
}

constexpr std::string_view kCloseMetric = "]}}";

}  // namespace

MetricTable::Taken MetricTable::add(const platos_record_t& record, std::int64_t now_ns) {
  if (!may_be_kept(record)) return Taken::Invalid;
  const std::int64_t own_time_ns = plugin_common::time_of(record);
  const std::int64_t time_ns = own_time_ns > 0 ? own_time_ns : now_ns;
  Key key(plugin_common::clean_text(sdk::view(record.name), kMaxNameBytes), record.metric_kind, identity(record));
  auto found = series_.find(key);
  if (found == series_.end()) {
    if (series_.size() >= kMaxSeries) return Taken::TooManySeries;
    found = series_.emplace(std::move(key), Series{}).first;
    found->second.start_ns = std::min(start_ns_, time_ns);
  }
  Series& series = found->second;
  series.time_ns = std::max(series.time_ns, time_ns);
  series.changed = series.changed || record.metric_kind != PLATOS_METRIC_COUNTER || record.value > series.value;
  switch (record.metric_kind) {
    case PLATOS_METRIC_COUNTER: series.value = std::max(series.value, record.value); break;
    case PLATOS_METRIC_GAUGE: series.value = record.value; break;
    default: observe(series.histogram, std::get<0>(found->first), record.value);
  }
  return Taken::Kept;
}

void MetricTable::observe(Histogram& histogram, std::string_view name, double value) {
  const auto bounds = bounds_for(name);
  if (histogram.buckets.empty()) histogram.buckets.resize(bounds.size() + 1);
  // A bucket holds what is above the bound before it, up to and including its own.
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
  ++histogram.buckets[static_cast<std::size_t>(bucket)];
  histogram.lowest = histogram.count == 0 ? value : std::min(histogram.lowest, value);
  histogram.highest = histogram.count == 0 ? value : std::max(histogram.highest, value);
  histogram.sum += value;
  ++histogram.count;
}

std::string MetricTable::encode_point(const Key& key, const Series& series) {
  std::string item;
  sdk::JsonWriter json(item);
  json.begin_object();
  if (const auto& attributes = std::get<2>(key); !attributes.empty())
    json.key("attributes").raw('[' + attributes + ']');
  const std::int32_t kind = std::get<1>(key);
  if (kind != PLATOS_METRIC_GAUGE) json.key("startTimeUnixNano").value(time_text(series.start_ns));
  json.key("timeUnixNano").value(time_text(series.time_ns));
  if (kind != PLATOS_METRIC_HISTOGRAM) {
    plugin_common::write_double(json.key("asDouble"), series.value);
    json.end_object();
    return item;
  }
  const Histogram& histogram = series.histogram;
  json.key("count").value(std::to_string(histogram.count));
  // The protocol wants no sum when it is not monotonic.
  if (histogram.lowest >= 0) plugin_common::write_double(json.key("sum"), histogram.sum);
  json.key("bucketCounts").begin_array();
  for (const std::uint64_t count : histogram.buckets) json.value(std::to_string(count));
  json.end_array().key("explicitBounds").begin_array();
  for (const double bound : bounds_for(std::get<0>(key))) json.value(bound);
  json.end_array().key("min").value(histogram.lowest).key("max").value(histogram.highest).end_object();
  return item;
}

MetricTable::Batch MetricTable::next_changed() {
  Batch batch;
  last_batch_.clear();
  const Key* open = nullptr;
  for (auto& [key, series] : series_) {
    if (!series.changed) continue;
    const std::string point = encode_point(key, series);
    const bool full = batch.points == kBatchRecords || batch.json.size() + point.size() > kMaxBatchBytes;
    if (full && batch.points > 0) break;
    const bool same_metric =
        open != nullptr && std::get<0>(*open) == std::get<0>(key) && std::get<1>(*open) == std::get<1>(key);
    if (same_metric) {
      batch.json += ',';
    } else {
      if (open != nullptr) batch.json.append(kCloseMetric) += ',';
      batch.json += open_metric(std::get<0>(key), std::get<1>(key));
    }
    batch.json += point;
    open = &key;
    ++batch.points;
    last_batch_.push_back(&series);
  }
  if (open != nullptr) batch.json += kCloseMetric;
  return batch;
}

void MetricTable::settle() {
  for (Series* series : last_batch_) series->changed = false;
  last_batch_.clear();
}

}  // namespace platos::observer_otlp
