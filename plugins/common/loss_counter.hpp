// Counters of an observer on the host's /metrics, and the account of what it lost.
//
// Both belong to one instance and are used on its observer thread only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/plugin.hpp"
#include "platos/services/metrics.h"

namespace platos::plugin_common {

/// One counter name with one label, such as otlp_dropped_total{reason="overflow"}. Without the metrics service, or when
/// the host refuses a series, it counts for itself alone.
class LabelledCounter {
 public:
  /// All texts are static. `values`: what the label may be; add() takes their index.
  LabelledCounter(sdk::Host host, std::string_view name, std::string_view help, std::string_view label,
                  std::vector<std::string_view> values);

  /// Makes the series and hands over what was counted before; free after the first time. A series cannot be made in a
  /// constructor, because the host wants an error slot for that, which only a call brings.
  void open(const sdk::Call& call);

  void add(std::size_t index, std::uint64_t amount);
  std::string_view value_name(std::size_t index) const { return values_[index].name; }
  std::size_t size() const { return values_.size(); }

 private:
  struct Value {
    std::string_view name;
    std::uint64_t waiting = 0;  ///< counted, not yet handed over
    platos_metric_t* metric = nullptr;
  };

  sdk::Host host_;
  std::string_view name_, help_, label_;
  std::vector<Value> values_;
  const platos_host_metrics_t* service_ = nullptr;
  bool opened_ = false;
};

/// What was lost and why: <metric>{reason}, and at most one log line a minute.
class LossCounter {
 public:
  /// `who` begins the log line, `metric` and `reasons` as above. All texts are static.
  LossCounter(sdk::Host host, std::string_view who, std::string_view metric, std::vector<std::string_view> reasons);

  void open(const sdk::Call& call) { counter_.open(call); }

  /// `detail`: for the log line, which shows the latest one; printable, no secrets.
  void add(std::size_t reason, std::uint64_t records, std::string_view detail = {});

  /// A trouble that has cost nothing yet.
  void note(std::string_view detail) { detail_ = detail; }

  /// Writes the line when there is something to say and the last one is a minute old.
  void report();
  /// Writes it whatever the time, for the end of an instance.
  void report_now();

 private:
  sdk::Host host_;
  std::string_view who_;
  LabelledCounter counter_;
  std::vector<std::uint64_t> unreported_;
  std::string detail_;
  std::int64_t last_line_ns_ = 0;
  bool wrote_line_ = false;
};

}  // namespace platos::plugin_common
