#include "telemetry/metrics.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "telemetry/prometheus.hpp"

namespace platos::telemetry {

TEST_CASE("the same name and labels are the same series") {
  Metrics metrics;
  auto& one = metrics.counter("platos_turns_total", "Turns.", {{"status", "ok"}});
  CHECK(&one == &metrics.counter("platos_turns_total", "Turns.", {{"status", "ok"}}));
  CHECK(&one != &metrics.counter("platos_turns_total", "Turns.", {{"status", "failed"}}));
}

TEST_CASE("a counter does not shrink, and counts from many threads") {
  Metrics metrics;
  auto& counter = metrics.counter("platos_turns_total", "Turns.");
  counter.add(-5);
  CHECK(counter.value() == 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < 10'000; ++n) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(counter.value() == 40'000);
}

TEST_CASE("a family that is full counts the rest as other") {
  Metrics metrics;
  for (int i = 0; i < 300; ++i) metrics.counter("platos_many_total", "Many.", {{"model", std::to_string(i)}}).add();
  CHECK(metrics.counter("platos_many_total", "Many.", {{"model", "other"}}).value() == 100);
}

TEST_CASE("the text has one HELP and TYPE a family, cumulated buckets, and escaped labels") {
  Metrics metrics;
  metrics.counter("platos_calls_total", "Calls.\nSecond line.", {{"tool", "a\"b\\c\nd"}}).add(2);
  auto& seconds = metrics.histogram("platos_seconds", "Time.", {0.1, 1});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) seconds.observe(value);
  metrics.gauge("platos_live", "Live.").set(1.5);
  CHECK(prometheus_text(metrics) ==
        "# HELP platos_calls_total Calls.\\nSecond line.\n"
        "# TYPE platos_calls_total counter\n"
        "platos_calls_total{tool=\"a\\\"b\\\\c\\nd\"} 2\n"
        "# HELP platos_live Live.\n"
        "# TYPE platos_live gauge\n"
        "platos_live 1.5\n"
        "# HELP platos_seconds Time.\n"
        "# TYPE platos_seconds histogram\n"
        "platos_seconds_bucket{le=\"0.1\"} 2\n"
        "platos_seconds_bucket{le=\"1\"} 3\n"
        "platos_seconds_bucket{le=\"+Inf\"} 4\n"
        "platos_seconds_sum 7.65\n"
        "platos_seconds_count 4\n");
}

TEST_CASE("gauges that mirror something are refreshed when the text is made") {
  Metrics metrics;
  auto& live = metrics.gauge("platos_live", "Live.");
  metrics.on_collect([&live] { live.set(7); });
  CHECK(prometheus_text(metrics).find("platos_live 7\n") != std::string::npos);
}

}  // namespace platos::telemetry
