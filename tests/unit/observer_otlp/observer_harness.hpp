// A host whose clock the test moves, metrics that tell labels apart, and an observer called through its C table.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platos/cpp/testing/fake_services.hpp"
#include "platos/observer.h"
#include "records.hpp"

extern "C" const platos_plugin_entry_t platos_plugin_v1;

namespace platos::tests {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMs;

class TestHost : public sdk::testing::FakeHost {
 public:
  TestHost() : table_(*FakeHost::table()) {
    table_.now_ns = [](const platos_host_t* self, std::int32_t clock) -> std::int64_t {
      auto& host = static_cast<TestHost&>(FakeHost::of(self));
      return clock == PLATOS_CLOCK_WALL ? host.wall_ns : host.monotonic_ns;
    };
    metrics_ = {
        sizeof metrics_, 0,
        [](const platos_host_t* self, std::int32_t, platos_slice_t name, platos_slice_t, const platos_label_t* labels,
           std::size_t count, platos_metric_t** metric, platos_error_t*) -> std::int32_t {
          std::string series(sdk::view(name));
          for (std::size_t i = 0; i < count; ++i) series.append(":").append(sdk::view(labels[i].value));
          auto& all = static_cast<TestHost&>(FakeHost::of(self)).counters;
          *metric = reinterpret_cast<platos_metric_t*>(&all[series]);
          return PLATOS_OK;
        },
        [](const platos_host_t*, platos_metric_t* metric, double value) {
          *reinterpret_cast<double*>(metric) += value;
        }};
    services[PLATOS_HOST_METRICS] = &metrics_;
  }

  const platos_host_t* clocked_table() const { return &table_; }

  std::int64_t monotonic_ns = 1'000 * kSecond;
  std::int64_t wall_ns = 1'700'000'000 * kSecond;
  std::map<std::string, double> counters;  ///< "name:label value"

 private:
  platos_host_t table_;
  platos_host_metrics_t metrics_{};
};

/// One instance made through the plugin's entry.
class TestObserver {
 public:
  TestObserver(TestHost& host, std::string_view config_json) {
    const auto& component = *platos_plugin_v1.component_at(0);
    if (component.create(host.clocked_table(), sdk::slice(config_json), &instance_, &error) != PLATOS_OK) {
      throw std::runtime_error(error.message);
    }
    table_ = static_cast<const platos_observer_t*>(component.get_interface(instance_, PLATOS_OBSERVER_INTERFACE));
  }
  ~TestObserver() { platos_plugin_v1.component_at(0)->destroy(instance_); }
  TestObserver(const TestObserver&) = delete;
  TestObserver& operator=(const TestObserver&) = delete;

  std::int32_t consume(const std::vector<Record>& records) {
    const auto list = pointers(records);
    return table_->consume(instance_, &call, list.data(), list.size(), &error);
  }
  std::int32_t flush() { return table_->flush(instance_, &call, &error); }

  platos_call_t call;
  platos_error_t error;

 private:
  platos_instance_t* instance_ = nullptr;
  const platos_observer_t* table_ = nullptr;
};

}  // namespace platos::tests
