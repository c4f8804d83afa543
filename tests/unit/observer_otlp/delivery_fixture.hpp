// An exporter with a collector behind it, and spans that are told apart by a number.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "collector.hpp"

namespace platos::tests {

inline std::vector<Record> spans(int first, int count) {
  std::vector<Record> list;
  for (int i = first; i < first + count; ++i) list.push_back(Record::span("span " + std::to_string(i)));
  return list;
}

/// They are "span <first>", "span <first + 1>" and so on.
inline void check_order(const std::vector<nlohmann::json>& found, int first, int count) {
  REQUIRE(found.size() == static_cast<std::size_t>(count));
  int wrong = 0;
  for (int i = 0; i < count; ++i) {
    wrong += found[static_cast<std::size_t>(i)]["name"] != "span " + std::to_string(first + i);
  }
  CHECK(wrong == 0);
}

struct DeliveryFixture {
  TestHost host;
  Collector collector{host};
  TestObserver observer{host, kPlainConfig};
  double dropped(const std::string& reason) { return host.counters["otlp_dropped_total:" + reason]; }
  double sent(const std::string& signal) { return host.counters["otlp_sent_total:" + signal]; }
};

}  // namespace platos::tests
