// A collector that keeps what it accepts, for tests of the exporter.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "observer_harness.hpp"
#include "otlp_schema.hpp"

namespace platos::tests {

inline constexpr const char* kPlainConfig =
    R"({"endpoint": "http://collector:4318", "service_version": "1.2.3", "service_instance_id": "host-1"})";

class Collector {
 public:
  using Answer = sdk::testing::FakeHttp::Answer;
  using Request = sdk::testing::FakeHttp::Request;

  explicit Collector(TestHost& host) : http_(host, [this](const Request& request) { return take(request); }) {}

  /// What every request is answered with from now on; accepted is 200 with an empty object.
  Answer answer = {PLATOS_OK, 200, "{}"};

  std::vector<std::string> problems;
  std::vector<nlohmann::json> spans, logs, metrics;  ///< of requests that were answered with 200
  std::size_t request_count() { return http_.requests().size(); }
  Request request(std::size_t index) { return http_.requests().at(index); }

 private:
  Answer take(const Request& request) {
    for (const std::string& problem : otlp_problems(request.url, request.body)) problems.push_back(problem);
    if (answer.transport_status != PLATOS_OK || answer.status != 200) return answer;
    const auto body = nlohmann::json::parse(request.body);
    if (body.contains("resourceSpans")) append(body["resourceSpans"][0]["scopeSpans"][0]["spans"], spans);
    if (body.contains("resourceLogs")) append(body["resourceLogs"][0]["scopeLogs"][0]["logRecords"], logs);
    if (body.contains("resourceMetrics")) append(body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"], metrics);
    return answer;
  }
  static void append(const nlohmann::json& items, std::vector<nlohmann::json>& list) {
    list.insert(list.end(), items.begin(), items.end());
  }

  sdk::testing::FakeHttp http_;
};

}  // namespace platos::tests
