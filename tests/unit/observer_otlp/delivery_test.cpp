// Batches, answers of every sort, and the pauses after failures.
#include <catch2/catch.hpp>

#include "delivery_fixture.hpp"

using namespace platos::tests;
using Fixture = DeliveryFixture;

TEST_CASE_METHOD(Fixture, "a flush with nothing to send sends nothing") {
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(observer.consume({}) == PLATOS_OK);
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.request_count() == 0);
  CHECK(host.logs.empty());
}

TEST_CASE_METHOD(Fixture, "a batch leaves when it is full, the rest at the flush, and nothing twice") {
  observer.consume(spans(0, 511));
  CHECK(collector.request_count() == 0);
  observer.consume(spans(511, 10));
  CHECK(collector.request_count() == 1);
  check_order(collector.spans, 0, 512);
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.request_count() == 2);
  check_order(collector.spans, 0, 521);
}

TEST_CASE_METHOD(Fixture, "ten thousand records of all kinds arrive once, in order and well-formed") {
  std::vector<Record> batch;
  for (int i = 0; i < 10'000; ++i) {
    switch (i % 4) {
      case 0: batch.push_back(Record::span("span " + std::to_string(i / 4))); break;
      case 1: batch.push_back(Record::log("log")); break;
      case 2: batch.push_back(Record(PLATOS_RECORD_EVENT).name("event").text("k", "\xff")); break;
      default: batch.push_back(Record::metric("c", PLATOS_METRIC_COUNTER, i).integer("n", i % 5)); break;
    }
    if (batch.size() == 512 || i == 9'999) {
      REQUIRE(observer.consume(batch) == PLATOS_OK);
      batch.clear();
    }
  }
  REQUIRE(observer.flush() == PLATOS_OK);
  CHECK(collector.problems == std::vector<std::string>{});
  check_order(collector.spans, 0, 2500);
  CHECK(collector.logs.size() == 5000);
  REQUIRE(collector.metrics.size() == 1);
  double total = 0;
  for (const auto& point : collector.metrics[0]["sum"]["dataPoints"]) total += point["asDouble"].get<double>();
  CHECK(total == 9999 + 9995 + 9991 + 9987 + 9983);  // the last total of each series
  CHECK(sent("traces") == 2500);
  CHECK(sent("logs") == 5000);
  CHECK(sent("metrics") == 5);
}

TEST_CASE_METHOD(Fixture, "429 keeps the records until the time that the server asked for") {
  collector.answer = {PLATOS_OK, 429, "slow down", {{"Retry-After", "30"}}};
  observer.consume(spans(0, 3));
  CHECK(observer.flush() == PLATOS_UNAVAILABLE);
  CHECK(observer.error.message == "otlp: the server takes nothing now; 3 records wait for the next flush");
  collector.answer = {PLATOS_OK, 200, "{}"};
  host.monotonic_ns += 29 * kSecond;
  CHECK(observer.flush() == PLATOS_OK);  // too early: nobody is asked
  CHECK(collector.request_count() == 1);
  host.monotonic_ns += 1 * kSecond;
  CHECK(observer.flush() == PLATOS_OK);
  check_order(collector.spans, 0, 3);
  CHECK(host.counters["otlp_retries_total:traces"] == 1);
  for (const auto& [name, value] : host.counters) CHECK((value == 0 || !name.starts_with("otlp_dropped_total")));
}

TEST_CASE_METHOD(Fixture, "Retry-After may be a date") {
  collector.answer = {PLATOS_OK, 503, "", {{"retry-after", "Tue, 14 Nov 2023 22:14:00 GMT"}}};  // 40 s after wall_ns
  observer.consume(spans(0, 1));
  observer.flush();
  host.monotonic_ns += 39 * kSecond;
  observer.flush();
  CHECK(collector.request_count() == 1);
  host.monotonic_ns += 2 * kSecond;
  observer.flush();
  CHECK(collector.request_count() == 2);
}

TEST_CASE_METHOD(Fixture, "every answer and failure that may pass is retried, in order, after a growing pause") {
  using Answer = Collector::Answer;
  const auto failure = GENERATE(Answer{PLATOS_OK, 429, ""}, Answer{PLATOS_OK, 502, ""}, Answer{PLATOS_OK, 503, "{"},
                                Answer{PLATOS_OK, 504, ""}, Answer{PLATOS_DEADLINE, 0, "hangs"},
                                Answer{PLATOS_UNAVAILABLE, 0, "refused"}, Answer{PLATOS_INTERNAL, 0, "not HTTP"});
  collector.answer = failure;
  observer.consume(spans(0, 600));
  CHECK(collector.request_count() == 1);  // a batch was full
  observer.consume(spans(600, 600));
  CHECK(collector.request_count() == 1);  // in the pause nobody is asked, whatever is full
  host.monotonic_ns += 1250 * kMs;
  CHECK(observer.flush() == PLATOS_UNAVAILABLE);
  CHECK(collector.request_count() == 2);
  host.monotonic_ns += 1250 * kMs;  // the second pause is at least 1.5 s
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.request_count() == 2);
  host.monotonic_ns += 1250 * kMs;
  collector.answer = {PLATOS_OK, 200, "{}"};
  CHECK(observer.flush() == PLATOS_OK);
  check_order(collector.spans, 0, 1200);
  CHECK(sent("traces") == 1200);
}

TEST_CASE_METHOD(Fixture, "the pause never grows over a minute and a quarter") {
  collector.answer = {PLATOS_UNAVAILABLE, 0, ""};
  observer.consume(spans(0, 1));
  for (std::size_t i = 1; i <= 50; ++i) {
    observer.flush();
    REQUIRE(collector.request_count() == i);
    host.monotonic_ns += 75 * kSecond;
  }
}

TEST_CASE_METHOD(Fixture, "any other answer refuses the batch for good, and the next one is sent") {
  const int status = GENERATE(400, 401, 404, 413, 500, 301, 100);
  collector.answer = {PLATOS_OK, status, "\xffgarbage<html>"};
  observer.consume(spans(0, 520));
  CHECK(dropped("refused") == 512);
  collector.answer = {PLATOS_OK, 200, "{}"};
  CHECK(observer.flush() == PLATOS_OK);
  check_order(collector.spans, 512, 8);
  CHECK(dropped("refused") == 512);
  REQUIRE(host.logs.size() == 1);
  CHECK(host.logs[0] == "otlp: lost 512 records, refused 512: HTTP " + std::to_string(status) + " ?garbage<html>");
}

TEST_CASE_METHOD(Fixture, "what the host itself will never send is dropped and counted, with a hint") {
  const int status = GENERATE(as<int>{}, PLATOS_PERMISSION_DENIED, PLATOS_FAILED_PRECONDITION, PLATOS_INVALID_ARGUMENT);
  collector.answer = {status, 0, "no"};
  observer.consume(spans(0, 2));
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(dropped("refused") == 2);
  REQUIRE(host.logs.size() == 1);
  CHECK(host.logs[0].find("grant") != std::string::npos);
}

TEST_CASE("without the http service everything is dropped and counted, and nothing fails") {
  TestHost host;
  TestObserver observer(host, kPlainConfig);
  CHECK(observer.consume(spans(0, 3)) == PLATOS_OK);
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(host.counters["otlp_dropped_total:refused"] == 3);
}

TEST_CASE_METHOD(Fixture, "a partial success is not repeated, and its rejected records are counted") {
  collector.answer = {PLATOS_OK, 200, R"({"partialSuccess":{"rejectedSpans":"2","errorMessage":"too\nold"}})"};
  observer.consume(spans(0, 5));
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.request_count() == 1);
  CHECK(dropped("rejected") == 2);
  CHECK(sent("traces") == 3);
  CHECK(host.logs == std::vector<std::string>{"otlp: lost 2 records, rejected 2: the server says: too?old"});
}

TEST_CASE_METHOD(Fixture, "logs and metrics have their own names for rejected records") {
  collector.answer = {PLATOS_OK, 200, R"({"partialSuccess":{"rejectedLogRecords":1,"rejectedDataPoints":"1"}})"};
  observer.consume({Record::log("a"), Record::metric("m", PLATOS_METRIC_GAUGE, 1)});
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(dropped("rejected") == 2);
  CHECK(sent("logs") == 0);
  CHECK(sent("metrics") == 0);
}

TEST_CASE_METHOD(Fixture, "a body of an accepted request that makes no sense is passed over") {
  const std::string body = GENERATE(as<std::string>{}, "", "ok", "{", "[]", "null", R"({"partialSuccess":7})",
                                    R"({"partialSuccess":{"rejectedSpans":"-9"}})",
                                    R"({"partialSuccess":{"rejectedSpans":{}}})", std::string(100'000, '['), "\xff\0");
  collector.answer = {PLATOS_OK, 200, body};
  observer.consume(spans(0, 4));
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(sent("traces") == 4);
  CHECK(dropped("rejected") == 0);
}

TEST_CASE_METHOD(Fixture, "a server cannot reject more than it was sent") {
  collector.answer = {PLATOS_OK, 200, R"({"partialSuccess":{"rejectedSpans":"9223372036854775807"}})"};
  observer.consume(spans(0, 4));
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(dropped("rejected") == 4);
  CHECK(sent("traces") == 0);
}
