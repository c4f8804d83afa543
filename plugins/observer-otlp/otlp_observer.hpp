// The component "otlp": everything that is observed, sent to an OpenTelemetry collector over OTLP/HTTP with JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "back_off.hpp"
#include "common/loss_counter.hpp"
#include "config.hpp"
#include "exporter.hpp"
#include "metric_table.hpp"
#include "pending_queue.hpp"
#include "platos/cpp/observer.hpp"

namespace platos::observer_otlp {

/// Spans go to /v1/traces, logs and events to /v1/logs, metrics (see MetricTable) to /v1/metrics.
///
/// Spans and logs wait encoded, each kind in a queue of its own with the bounds of Config. A batch of 512 leaves as
/// soon as it is full, the rest at flush(), the metrics at flush() only. What the server cannot take now stays where it
/// is and is tried again by a later call, after a pause; nothing here ever sleeps. Delivery is at least once: after an
/// answer that never came the records are sent again.
///
/// Lost records are counted as otlp_dropped_total{reason}: overflow (the queue was full, the oldest went), refused (an
/// answer that is no use repeating), rejected (partial success), invalid, too_many_series, shutdown (unsent at the
/// end). otlp_sent_total{signal} counts what was accepted, otlp_retries_total{signal} requests to be repeated.
/// Bound to the observer thread.
class OtlpObserver : public sdk::Observer {
 public:
  OtlpObserver(sdk::Host host, std::string_view config_json);
  ~OtlpObserver() override;

  /// Never fails: what could not be sent is kept.
  void consume(sdk::Call call, std::span<const platos_record_t* const> records) override;

  /// Throws PLATOS_UNAVAILABLE when the server was asked and cannot take records now.
  void flush(sdk::Call call) override;

 private:
  /// Spans, or logs and events.
  struct Channel {
    const Signal& signal;
    std::size_t number;  ///< of the signal in the counters
    PendingQueue queue;
    BackOff back_off;
  };

  void take(const platos_record_t& record);
  void keep(Channel& channel, std::string item);
  void take_metric(const platos_record_t& record);
  /// Sends batches of at least `least` records while there are any. False when the server cannot take them now.
  bool send_waiting(const sdk::Call& call, Channel& channel, std::size_t least);
  bool send_metrics(const sdk::Call& call);
  /// Counts what became of `count` records. True when they are done with.
  bool settle(const Verdict& verdict, std::size_t number, std::size_t count, BackOff& back_off);
  void open_counters(const sdk::Call& call);

  const Config config_;
  const Exporter exporter_;
  Channel traces_;
  Channel logs_;
  MetricTable metrics_;
  BackOff metrics_back_off_;
  plugin_common::LossCounter losses_;
  plugin_common::LabelledCounter sent_;
  plugin_common::LabelledCounter retries_;
};

}  // namespace platos::observer_otlp
