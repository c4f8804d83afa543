#include "otlp_observer.hpp"

#include <utility>

#include "record_encoder.hpp"

namespace platos::observer_otlp {
namespace {

enum Reason : std::size_t { kOverflow, kRefused, kRejected, kInvalid, kTooManySeries, kShutdown };
enum SignalNumber : std::size_t { kTracesNumber, kLogsNumber, kMetricsNumber };

std::uint32_t seed_of(const sdk::Host& host, SignalNumber number) {
  return static_cast<std::uint32_t>(host.monotonic_ns()) + static_cast<std::uint32_t>(number);
}

}  // namespace

OtlpObserver::OtlpObserver(sdk::Host host, std::string_view config_json)
    : Observer(host),
      config_(parse_config(config_json)),
      exporter_(host, config_),
      traces_{kTraces, kTracesNumber, PendingQueue(config_.max_queue_records, config_.max_queue_bytes),
              BackOff(seed_of(host, kTracesNumber))},
      logs_{kLogs, kLogsNumber, PendingQueue(config_.max_queue_records, config_.max_queue_bytes),
            BackOff(seed_of(host, kLogsNumber))},
      metrics_(exporter_.wall_ns()),
      metrics_back_off_(seed_of(host, kMetricsNumber)),
      losses_(host, "otlp", "otlp_dropped_total",
              {"overflow", "refused", "rejected", "invalid", "too_many_series", "shutdown"}),
      sent_(host, "otlp_sent_total", "Records that the server accepted.", "signal", {"traces", "logs", "metrics"}),
      retries_(host, "otlp_retries_total", "Requests that are to be repeated.", "signal",
               {"traces", "logs", "metrics"}) {}

OtlpObserver::~OtlpObserver() {
  try {
    losses_.add(kShutdown, traces_.queue.size() + logs_.queue.size(), "not sent before the end");
    losses_.report_now();
  } catch (const std::bad_alloc&) {
    // The instance ends; there is nobody to tell.
  }
}

void OtlpObserver::consume(sdk::Call call, std::span<const platos_record_t* const> records) {
  open_counters(call);
  for (const platos_record_t* record : records) take(*record);
  send_waiting(call, traces_, kBatchRecords);
  send_waiting(call, logs_, kBatchRecords);
  losses_.report();
}

void OtlpObserver::flush(sdk::Call call) {
  open_counters(call);
  // Not in one expression: each is sent whatever the others did.
  const bool traces_done = send_waiting(call, traces_, 1);
  const bool logs_done = send_waiting(call, logs_, 1);
  const bool metrics_done = send_metrics(call);
  losses_.report();
  if (traces_done && logs_done && metrics_done) return;
  throw sdk::Error(PLATOS_UNAVAILABLE, "otlp: the server takes nothing now; " +
                                           std::to_string(traces_.queue.size() + logs_.queue.size()) +
                                           " records wait for the next flush");
}

void OtlpObserver::take(const platos_record_t& record) {
  switch (record.kind) {
    case PLATOS_RECORD_SPAN: return keep(traces_, encode_span(record, config_.max_text_bytes));
    case PLATOS_RECORD_LOG:
    case PLATOS_RECORD_EVENT: return keep(logs_, encode_log(record, config_.max_text_bytes, exporter_.wall_ns()));
    case PLATOS_RECORD_METRIC: return take_metric(record);
    default: losses_.add(kInvalid, 1);
  }
}

void OtlpObserver::keep(Channel& channel, std::string item) {
  if (item.empty()) return losses_.add(kInvalid, 1);
  losses_.add(kOverflow, channel.queue.push(std::move(item)));
}

void OtlpObserver::take_metric(const platos_record_t& record) {
  switch (metrics_.add(record, exporter_.wall_ns())) {
    case MetricTable::Taken::Invalid: return losses_.add(kInvalid, 1);
    case MetricTable::Taken::TooManySeries: return losses_.add(kTooManySeries, 1);
    default: return;
  }
}

bool OtlpObserver::send_waiting(const sdk::Call& call, Channel& channel, std::size_t least) {
  while (channel.queue.size() >= least && channel.back_off.ready(host().monotonic_ns()) && exporter_.has_time(call)) {
    const std::size_t count = channel.queue.next_batch_size();
    const Verdict verdict = exporter_.send(call, channel.signal, channel.queue.join(count), count);
    if (!settle(verdict, channel.number, count, channel.back_off)) return false;
    channel.queue.pop(count);
  }
  return true;
}

bool OtlpObserver::send_metrics(const sdk::Call& call) {
  while (metrics_back_off_.ready(host().monotonic_ns()) && exporter_.has_time(call)) {
    const MetricTable::Batch batch = metrics_.next_changed();
    if (batch.points == 0) break;
    const Verdict verdict = exporter_.send(call, kMetrics, batch.json, batch.points);
    if (!settle(verdict, kMetricsNumber, batch.points, metrics_back_off_)) return false;
    metrics_.settle();
  }
  return true;
}

bool OtlpObserver::settle(const Verdict& verdict, std::size_t number, std::size_t count, BackOff& back_off) {
  if (verdict.kind == Verdict::Kind::Retry) {
    back_off.failed(host().monotonic_ns(), verdict.retry_after_ms);
    retries_.add(number, 1);
    losses_.note(verdict.reason);
    return false;
  }
  back_off.succeeded();
  if (verdict.kind == Verdict::Kind::Refused) {
    losses_.add(kRefused, count, verdict.reason);
    return true;
  }
  losses_.add(kRejected, verdict.rejected, verdict.reason);
  // A partial success that rejects nothing is a warning of the server.
  if (verdict.rejected == 0 && !verdict.reason.empty()) losses_.note(verdict.reason);
  sent_.add(number, count - verdict.rejected);
  return true;
}

void OtlpObserver::open_counters(const sdk::Call& call) {
  losses_.open(call);
  sent_.open(call);
  retries_.open(call);
}

}  // namespace platos::observer_otlp
