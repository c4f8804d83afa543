#include "common/loss_counter.hpp"

#include <numeric>
#include <utility>

namespace platos::plugin_common {
namespace {

constexpr std::int64_t kLineIntervalNs = 60'000'000'000;

}  // namespace

LabelledCounter::LabelledCounter(sdk::Host host, std::string_view name, std::string_view help, std::string_view label,
                                 std::vector<std::string_view> values)
    : host_(host), name_(name), help_(help), label_(label) {
  for (const std::string_view value : values) values_.push_back({value, 0, nullptr});
}

void LabelledCounter::open(const sdk::Call& call) {
  if (opened_) return;
  opened_ = true;
  service_ = host_.service<platos_host_metrics_t>(PLATOS_HOST_METRICS);
  if (service_ == nullptr) return;
  for (Value& value : values_) {
    const platos_label_t label = {sdk::slice(label_), sdk::slice(value.name)};
    const auto status = service_->series(host_.table(), PLATOS_SERIES_COUNTER, sdk::slice(name_), sdk::slice(help_),
                                         &label, 1, &value.metric, call.error());
    if (status != PLATOS_OK) value.metric = nullptr;
    if (value.metric != nullptr && value.waiting > 0) {
      service_->record(host_.table(), value.metric, static_cast<double>(value.waiting));
    }
    value.waiting = 0;
  }
}

void LabelledCounter::add(std::size_t index, std::uint64_t amount) {
  Value& value = values_[index];
  if (value.metric != nullptr) {
    service_->record(host_.table(), value.metric, static_cast<double>(amount));
  } else if (!opened_) {
    value.waiting += amount;
  }
}

LossCounter::LossCounter(sdk::Host host, std::string_view who, std::string_view metric,
                         std::vector<std::string_view> reasons)
    : host_(host),
      who_(who),
      counter_(host, metric, "Records that this observer lost.", "reason", std::move(reasons)),
      unreported_(counter_.size()) {}

void LossCounter::add(std::size_t reason, std::uint64_t records, std::string_view detail) {
  if (records == 0) return;
  counter_.add(reason, records);
  unreported_[reason] += records;
  if (!detail.empty()) detail_ = detail;
}

void LossCounter::report() {
  if (wrote_line_ && host_.monotonic_ns() - last_line_ns_ < kLineIntervalNs) return;
  report_now();
}

void LossCounter::report_now() {
  const auto lost = std::accumulate(unreported_.begin(), unreported_.end(), std::uint64_t{0});
  if (lost == 0 && detail_.empty()) return;
  std::string line(who_);
  if (lost > 0) {
    line += ": lost " + std::to_string(lost) + (lost == 1 ? " record" : " records");
    for (std::size_t i = 0; i < unreported_.size(); ++i) {
      if (unreported_[i] > 0) line.append(", ").append(counter_.value_name(i)) += " " + std::to_string(unreported_[i]);
    }
  }
  if (!detail_.empty()) line.append(": ").append(detail_);
  host_.log(PLATOS_LOG_WARN, line);
  unreported_.assign(unreported_.size(), 0);
  detail_.clear();
  last_line_ns_ = host_.monotonic_ns();
  wrote_line_ = true;
}

}  // namespace platos::plugin_common
