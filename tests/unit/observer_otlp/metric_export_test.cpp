// Metrics between exports: sums, buckets, series, failures.
#include <catch2/catch.hpp>

#include "collector.hpp"

using namespace platos::tests;
using nlohmann::json;

namespace {

struct Fixture {
  TestHost host;
  Collector collector{host};
  TestObserver observer{host, kPlainConfig};

  /// The points that a flush sends for the metric, by its form ("sum").
  json flushed(const std::string& form) {
    collector.metrics.clear();
    REQUIRE(observer.flush() == PLATOS_OK);
    return collector.metrics.empty() ? json::array() : collector.metrics.at(0)[form]["dataPoints"];
  }
};

Record counter(double value) { return Record::metric("turns", PLATOS_METRIC_COUNTER, value); }

}  // namespace

TEST_CASE_METHOD(Fixture, "a counter's total is sent when it has grown") {
  observer.consume({counter(1), counter(2.5)});
  CHECK(flushed("sum")[0]["asDouble"] == 2.5);
  observer.consume({counter(2.5)});
  CHECK(flushed("sum").empty());
  observer.consume({counter(4)});
  CHECK(flushed("sum")[0]["asDouble"] == 4);
}

TEST_CASE_METHOD(Fixture, "an export of metrics that fails loses nothing") {
  collector.answer = {PLATOS_UNAVAILABLE, 0, ""};
  observer.consume({counter(1)});
  CHECK(observer.flush() == PLATOS_UNAVAILABLE);
  observer.consume({counter(2)});
  host.monotonic_ns += 2 * kSecond;
  collector.answer = {PLATOS_OK, 200, "{}"};
  CHECK(flushed("sum")[0]["asDouble"] == 2);
}

TEST_CASE_METHOD(Fixture, "metrics wait for the flush") {
  observer.consume(std::vector<Record>(512, counter(1)));
  CHECK(collector.request_count() == 0);
}

TEST_CASE_METHOD(Fixture, "the order of attributes does not make another series, their values do") {
  observer.consume({counter(1).text("a", "1").integer("b", 2), counter(2).integer("b", 2).text("a", "1"),
                    counter(1).text("a", "2").integer("b", 2), counter(1).integer("a", 1).integer("b", 2)});
  const json points = flushed("sum");
  REQUIRE(points.size() == 3);
  double total = 0;
  for (const json& point : points) total += point["asDouble"].get<double>();
  CHECK(total == 4);
}

TEST_CASE_METHOD(Fixture, "series of one name stand in one metric, other names and kinds in their own") {
  observer.consume({Record::metric("b", PLATOS_METRIC_GAUGE, 1), counter(1).text("x", "1"), counter(1).text("x", "2"),
                    Record::metric("turns", PLATOS_METRIC_GAUGE, 1)});
  REQUIRE(observer.flush() == PLATOS_OK);
  CHECK(collector.problems == std::vector<std::string>{});
  REQUIRE(collector.metrics.size() == 3);
  CHECK(collector.metrics[0]["name"] == "b");
  CHECK(collector.metrics[1]["sum"]["dataPoints"].size() == 2);
  CHECK(collector.metrics[2].contains("gauge"));
}

TEST_CASE_METHOD(Fixture, "metrics about time have buckets of seconds, and bounds belong to the lower bucket") {
  const auto observed = [](double value) {
    return Record::metric("gen_ai.client.operation.duration", PLATOS_METRIC_HISTOGRAM, value);
  };
  observer.consume({observed(0), observed(0.001), observed(0.0011), observed(300), observed(301)});
  const json point = flushed("histogram")[0];
  REQUIRE(point["bucketCounts"].size() == point["explicitBounds"].size() + 1);
  CHECK(point["bucketCounts"][0] == "2");
  CHECK(point["bucketCounts"][1] == "1");
  CHECK(point["bucketCounts"][17] == "1");
  CHECK(point["bucketCounts"][18] == "1");
  CHECK(point["count"] == "5");
  CHECK(point["max"] == 301);
}

TEST_CASE_METHOD(Fixture, "a histogram that saw something negative has no sum") {
  observer.consume({Record::metric("h", PLATOS_METRIC_HISTOGRAM, -1), Record::metric("h", PLATOS_METRIC_HISTOGRAM, 2)});
  const json point = flushed("histogram")[0];
  CHECK_FALSE(point.contains("sum"));
  CHECK(point["min"] == -1);
  CHECK(point["bucketCounts"][0] == "1");
}

TEST_CASE_METHOD(Fixture, "there are at most 2000 series, sent 512 at a time; points of more are counted") {
  for (int i = 0; i < 2100; ++i) observer.consume({counter(1).integer("n", i)});
  REQUIRE(observer.flush() == PLATOS_OK);
  CHECK(host.counters["otlp_dropped_total:too_many_series"] == 100);
  CHECK(host.counters["otlp_sent_total:metrics"] == 2000);
  CHECK(collector.request_count() == 4);
  CHECK(collector.problems == std::vector<std::string>{});
  observer.consume({counter(1).integer("n", 5)});  // a series that is known goes on
  CHECK(host.counters["otlp_dropped_total:too_many_series"] == 100);
}

TEST_CASE_METHOD(Fixture, "attributes of a series are bounded") {
  observer.consume({counter(1).text("a", std::string(100'000, 'x'))});
  CHECK(flushed("sum")[0]["attributes"][0]["value"]["stringValue"].get<std::string>().size() <= 512);
}

TEST_CASE_METHOD(Fixture, "a point from before the instance moves the start of its series back") {
  observer.consume({counter(1).times(0, host.wall_ns - 5)});
  const json point = flushed("sum")[0];
  CHECK(point["startTimeUnixNano"] == "1699999999999999995");
  CHECK(point["timeUnixNano"] == "1699999999999999995");
}
