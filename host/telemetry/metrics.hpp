// Counters, gauges and histograms.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace platos::telemetry {

enum class MetricKind { Unspecified, Counter, Gauge, Histogram };

/// One time series. Any thread; never waits. Lives as long as the Metrics that made it.
class Series {
 public:
  Series(MetricKind kind, const std::vector<double>& bounds)
      : kind_(kind), bounds_(bounds), buckets_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {}

  /// A counter grows (less than 0 is ignored), a gauge changes by it.
  void add(double amount = 1);
  /// Of a gauge.
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  /// Of a histogram.
  void observe(double value);
  /// Whichever of the three its kind wants: add, set or observe.
  void record(double value);

  double value() const { return value_.load(std::memory_order_relaxed); }
  const std::vector<double>& bounds() const { return bounds_; }
  /// Observations in bucket `index`, not cumulated; the last bucket has no bound.
  std::uint64_t bucket(std::size_t index) const { return buckets_[index].load(std::memory_order_relaxed); }

 private:
  MetricKind kind_;
  const std::vector<double>& bounds_;
  std::atomic<double> value_{0};  // of a histogram: the sum
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// What is known of all series of one name.
struct Family {
  MetricKind kind = MetricKind::Counter;
  std::string help;
  std::vector<double> bounds;  ///< of a histogram, rising
  std::map<Labels, std::unique_ptr<Series>> series;
};

/// Internally synchronised.
class Metrics {
 public:
  static constexpr std::size_t kMaxSeriesPerFamily = 200;

  /// The series with this name and these labels; made when it is not there. Names are "platos_..."; counters end with
  /// "_total", times are in seconds. A family that is full gives its series with every label value "other". The first
  /// call decides kind, help and bounds of a family.
  Series& counter(std::string_view name, std::string_view help, Labels labels = {});
  Series& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Series& histogram(std::string_view name, std::string_view help, std::vector<double> bounds, Labels labels = {});

  /// The kind of a family, Unspecified when there is none of that name.
  MetricKind kind_of(std::string_view name) const;

  /// Called before the series are read: for gauges that mirror something. Before the threads start.
  void on_collect(std::function<void()> refresh) { refreshers_.push_back(std::move(refresh)); }
  void refresh() const;
  /// Calls `each` for every family, in order of names.
  void visit(const std::function<void(const std::string& name, const Family& family)>& each) const;

 private:
  Series& series(std::string_view name, MetricKind kind, std::string_view help, std::vector<double> bounds,
                 Labels labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
  std::vector<std::function<void()>> refreshers_;
};

}  // namespace platos::telemetry
