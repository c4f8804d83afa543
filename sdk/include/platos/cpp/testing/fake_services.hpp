// Host services for unit tests of a plugin: register what a test grants. Include in tests only.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/testing/fake_host.hpp"
#include "platos/services/http.h"
#include "platos/services/metrics.h"
#include "platos/services/state_dir.h"

namespace platos::sdk {
inline namespace v1_0 {
namespace testing {

/// Gives a folder of the test. Must outlive the instances.
class FakeStateDir {
 public:
  FakeStateDir(FakeHost& host, std::string path) : path_(std::move(path)) {
    table_ = {sizeof table_, 0, [](const platos_host_t* self) { return slice(of(self).path_); }};
    host.services[PLATOS_HOST_STATE_DIR] = &table_;
    host.owners[PLATOS_HOST_STATE_DIR] = this;
  }

 private:
  static FakeStateDir& of(const platos_host_t* host) {
    return *static_cast<FakeStateDir*>(FakeHost::of(host).owners.at(PLATOS_HOST_STATE_DIR));
  }
  std::string path_;
  platos_host_state_dir_t table_{};
};

/// Answers exchanges by a function of the test, and keeps the requests. Must outlive the instances.
class FakeHttp {
 public:
  struct Request {
    std::string method, url, body;
    std::map<std::string, std::string> headers;
  };
  struct Answer {
    std::int32_t transport_status = PLATOS_OK;  ///< anything else: no answer, with `body` as the reason
    std::int32_t status = 200;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers = {};
  };
  using Handler = std::function<Answer(const Request&)>;

  FakeHttp(FakeHost& host, Handler handler) : handler_(std::move(handler)) {
    table_ = {sizeof table_, 0,
              [](const platos_host_t* self, platos_call_t*, const platos_http_request_t* request,
                 const platos_http_sink_t* sink,
                 platos_error_t* error) -> std::int32_t { return of(self).exchange(self, *request, *sink, error); }};
    host.services[PLATOS_HOST_HTTP] = &table_;
    host.owners[PLATOS_HOST_HTTP] = this;
  }

  std::vector<Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  static FakeHttp& of(const platos_host_t* host) {
    return *static_cast<FakeHttp*>(FakeHost::of(host).owners.at(PLATOS_HOST_HTTP));
  }

  std::int32_t exchange(const platos_host_t* self, const platos_http_request_t& request, const platos_http_sink_t& sink,
                        platos_error_t* error) {
    Request seen{
        std::string(view(request.method)), std::string(view(request.url)), std::string(view(request.body)), {}};
    for (std::size_t i = 0; i < request.header_count; ++i) {
      seen.headers[std::string(view(request.headers[i].name))] = view(request.headers[i].value);
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(seen);
    }
    const Answer answer = handler_(seen);
    if (answer.transport_status != PLATOS_OK) {
      self->error_set(self, error, answer.transport_status, slice(answer.body), {});
      return answer.transport_status;
    }
    std::vector<platos_header_t> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({slice(name), slice(value)});
    if (const auto status = sink.head(sink.context, answer.status, headers.data(), headers.size()); status != PLATOS_OK)
      return status;
    return sink.body(sink.context, slice(answer.body));
  }

  Handler handler_;
  std::mutex mutex_;
  std::vector<Request> requests_;
  platos_host_http_t table_{};
};

/// Sums counters, keeps the last value of gauges and histograms, by name. Must outlive the instances.
class FakeMetrics {
 public:
  explicit FakeMetrics(FakeHost& host) {
    table_ = {sizeof table_, 0,
              [](const platos_host_t* self, std::int32_t kind, platos_slice_t name, platos_slice_t,
                 const platos_label_t*, std::size_t, platos_metric_t** metric, platos_error_t*) -> std::int32_t {
                const std::lock_guard lock(of(self).mutex_);
                auto& series = of(self).series_[std::string(view(name))];
                series.first = kind;
                *metric = reinterpret_cast<platos_metric_t*>(&series);
                return PLATOS_OK;
              },
              [](const platos_host_t* self, platos_metric_t* metric, double value) {
                const std::lock_guard lock(of(self).mutex_);
                auto& series = *reinterpret_cast<Series*>(metric);
                series.second = series.first == PLATOS_SERIES_COUNTER ? series.second + value : value;
              }};
    host.services[PLATOS_HOST_METRICS] = &table_;
    host.owners[PLATOS_HOST_METRICS] = this;
  }

  double value(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return series_[name].second;
  }

 private:
  using Series = std::pair<std::int32_t, double>;
  static FakeMetrics& of(const platos_host_t* host) {
    return *static_cast<FakeMetrics*>(FakeHost::of(host).owners.at(PLATOS_HOST_METRICS));
  }
  std::mutex mutex_;
  std::map<std::string, Series> series_;
  platos_host_metrics_t table_{};
};

}  // namespace testing
}  // namespace v1_0
}  // namespace platos::sdk
