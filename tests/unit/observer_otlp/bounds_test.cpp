// Full queues, deadlines, the end of an instance, and the exact account of what was lost.
#include <catch2/catch.hpp>

#include "delivery_fixture.hpp"

using namespace platos::tests;
using Fixture = DeliveryFixture;

TEST_CASE_METHOD(Fixture, "when the queue is full the oldest records go, and are counted exactly") {
  collector.answer = {PLATOS_UNAVAILABLE, 0, ""};
  for (int i = 0; i < 10'000; i += 500) REQUIRE(observer.consume(spans(i, 500)) == PLATOS_OK);
  CHECK(dropped("overflow") == 10'000 - 8192);
  CHECK(collector.request_count() == 1);
  host.monotonic_ns += 100 * kSecond;
  collector.answer = {PLATOS_OK, 200, "{}"};
  CHECK(observer.flush() == PLATOS_OK);
  check_order(collector.spans, 10'000 - 8192, 8192);
  CHECK(dropped("overflow") + sent("traces") == 10'000);
}

TEST_CASE("the queue is bounded in bytes too, and requests stay below 4 MiB") {
  TestHost host;
  Collector collector(host);
  TestObserver observer(host, R"({"endpoint": "http://c", "max_queue_mb": 8, "max_text_bytes": 65536})");
  collector.answer = {PLATOS_UNAVAILABLE, 0, ""};
  for (int i = 0; i < 200; ++i) {
    auto span = Record::span("span " + std::to_string(i));
    span.text("big", std::string(65'536, 'x'));
    observer.consume({span});
  }
  collector.answer = {PLATOS_OK, 200, "{}"};
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.request_count() == 3);
  for (std::size_t i = 0; i < collector.request_count(); ++i) {
    CHECK(collector.request(i).body.size() < 4 * 1024 * 1024 + 1024);
  }
  const double dropped = host.counters["otlp_dropped_total:overflow"];
  CHECK(dropped == 73);  // 8 MiB hold 127 of 65.8 KB
  check_order(collector.spans, 73, 127);
}

TEST_CASE_METHOD(Fixture, "logs do not push out spans") {
  collector.answer = {PLATOS_UNAVAILABLE, 0, ""};
  observer.consume(spans(0, 10));
  for (int i = 0; i < 20; ++i) observer.consume(std::vector<Record>(500, Record::log("x")));
  CHECK(dropped("overflow") == 10'000 - 8192);
  host.monotonic_ns += 100 * kSecond;
  collector.answer = {PLATOS_OK, 200, "{}"};
  CHECK(observer.flush() == PLATOS_OK);
  check_order(collector.spans, 0, 10);
  CHECK(collector.logs.size() == 8192);
}

TEST_CASE_METHOD(Fixture, "nothing is sent when the call's deadline is over or it was cancelled") {
  observer.consume(spans(0, 3));
  observer.call.deadline_ns = host.monotonic_ns;
  CHECK(observer.flush() == PLATOS_OK);
  observer.call.deadline_ns = host.monotonic_ns + kSecond;
  observer.call.cancelled = true;
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.request_count() == 0);
  observer.call.cancelled = false;
  CHECK(observer.flush() == PLATOS_OK);
  check_order(collector.spans, 0, 3);
}

TEST_CASE("what is unsent at the end is counted and said") {
  TestHost host;
  Collector collector(host);
  {
    TestObserver observer(host, kPlainConfig);
    collector.answer = {PLATOS_UNAVAILABLE, 0, ""};
    observer.consume(spans(0, 3));
    observer.consume({Record::log("x")});
    observer.flush();
  }
  CHECK(host.counters["otlp_dropped_total:shutdown"] == 4);
  CHECK(host.logs.back() == "otlp: lost 4 records, shutdown 4: not sent before the end");
}

TEST_CASE_METHOD(Fixture, "there is one log line a minute at most, and it has the sums of the minute") {
  collector.answer = {PLATOS_OK, 400, "no"};
  for (int i = 0; i < 120; ++i) {
    observer.consume(spans(0, 2));
    observer.flush();
    host.monotonic_ns += kSecond;
  }
  REQUIRE(host.logs.size() == 2);
  CHECK(host.logs[0] == "otlp: lost 2 records, refused 2: HTTP 400 no");
  CHECK(host.logs[1] == "otlp: lost 118 records, refused 118: HTTP 400 no");
}

TEST_CASE_METHOD(Fixture, "trouble that has cost nothing yet is said as well") {
  collector.answer = {PLATOS_DEADLINE, 0, ""};
  observer.consume(spans(0, 2));
  observer.flush();
  CHECK(host.logs == std::vector<std::string>{"otlp: no answer in time (status 4)"});
}

TEST_CASE("an observer works without the metrics service") {
  TestHost host;
  host.services.erase(PLATOS_HOST_METRICS);
  Collector collector(host);
  TestObserver observer(host, kPlainConfig);
  CHECK(observer.consume(spans(0, 2)) == PLATOS_OK);
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.spans.size() == 2);
}
