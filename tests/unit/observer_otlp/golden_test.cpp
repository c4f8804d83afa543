// The exact bytes of one request for each kind of record.
#include <catch2/catch.hpp>

#include "collector.hpp"

using namespace platos::tests;

namespace {

const std::string kResource = R"({"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"platos"}},)"
                              R"({"key":"service.version","value":{"stringValue":"1.2.3"}},)"
                              R"({"key":"service.instance.id","value":{"stringValue":"host-1"}}]},)";

std::string body_of(const std::vector<Record>& records) {
  TestHost host;
  Collector collector(host);
  TestObserver observer(host, kPlainConfig);
  REQUIRE(observer.consume(records) == PLATOS_OK);
  REQUIRE(collector.request_count() == 0);
  REQUIRE(observer.flush() == PLATOS_OK);
  REQUIRE(collector.request_count() == 1);
  CHECK(collector.problems == std::vector<std::string>{});
  return collector.request(0).body;
}

std::string metrics(const std::string& metric) {
  return R"({"resourceMetrics":[)" + kResource + R"("scopeMetrics":[{"scope":{"name":"platos"},"metrics":[)" + metric +
         "]}]}]}";
}

}  // namespace

TEST_CASE("a span is sent with ids, kind, times, attributes of every type and status") {
  auto span = Record::span("chat gpt-4o", 1);
  span.parent(2).span_kind(PLATOS_SPAN_CLIENT).severity(PLATOS_SEVERITY_ERROR).body("rate_limited");
  span.text("gen_ai.request.model", "gpt-4o").integer("gen_ai.usage.input_tokens", 9'007'199'254'740'993);
  span.number("gen_ai.request.temperature", 0.5).flag("platos.cached", true).flag("platos.retried", false);
  CHECK(body_of({span}) ==
        R"({"resourceSpans":[)" + kResource + R"("scopeSpans":[{"scope":{"name":"platos"},"spans":[)" +
            R"({"traceId":"abababababababababababababababab","spanId":"0101010101010101",)"
            R"("parentSpanId":"0202020202020202","name":"chat gpt-4o","kind":3,)"
            R"("startTimeUnixNano":"1700000000000000001","endTimeUnixNano":"1700000000250000002","attributes":[)"
            R"({"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},)"
            R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":"9007199254740993"}},)"
            R"({"key":"gen_ai.request.temperature","value":{"doubleValue":0.5}},)"
            R"({"key":"platos.cached","value":{"boolValue":true}},)"
            R"({"key":"platos.retried","value":{"boolValue":false}}],)"
            R"("status":{"code":2,"message":"rate_limited"}}]}]}]})");
}

TEST_CASE("a log is sent with time, severity, body and the span it belongs to") {
  auto log = Record::log("disk is nearly full", PLATOS_SEVERITY_WARN);
  log.ids(7).integer("free_bytes", -1);
  CHECK(body_of({log}) ==
        R"({"resourceLogs":[)" + kResource + R"("scopeLogs":[{"scope":{"name":"platos"},"logRecords":[)" +
            R"({"timeUnixNano":"1700000000000000003","observedTimeUnixNano":"1700000000000000003",)"
            R"("severityNumber":13,"severityText":"WARN","body":{"stringValue":"disk is nearly full"},)"
            R"("attributes":[{"key":"free_bytes","value":{"intValue":"-1"}}],)"
            R"("traceId":"abababababababababababababababab","spanId":"0707070707070707"}]}]}]})");
}

TEST_CASE("an event is a log record with an event name; without a time it has the one it was seen at") {
  Record event(PLATOS_RECORD_EVENT);
  event.name("governor.verdict").text("verdict", "deny");
  CHECK(body_of({event}) == R"({"resourceLogs":[)" + kResource +
                                R"("scopeLogs":[{"scope":{"name":"platos"},"logRecords":[)" +
                                R"({"observedTimeUnixNano":"1700000000000000000","eventName":"governor.verdict",)"
                                R"("attributes":[{"key":"verdict","value":{"stringValue":"deny"}}]}]}]}]})");
}

TEST_CASE("a counter is a monotonic cumulative sum from the start of the instance") {
  auto point = Record::metric("platos.turns", PLATOS_METRIC_COUNTER, 2);
  point.text("status", "ok");
  CHECK(body_of({point}) ==
        metrics(R"({"name":"platos.turns","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[)"
                R"({"attributes":[{"key":"status","value":{"stringValue":"ok"}}],)"
                R"("startTimeUnixNano":"1700000000000000000","timeUnixNano":"1700000000000000004","asDouble":2}]}})"));
}

TEST_CASE("a gauge is its last value") {
  CHECK(body_of({Record::metric("platos.runs", PLATOS_METRIC_GAUGE, 3),
                 Record::metric("platos.runs", PLATOS_METRIC_GAUGE, -1.5)}) ==
        metrics(R"({"name":"platos.runs","gauge":{"dataPoints":[)"
                R"({"timeUnixNano":"1700000000000000004","asDouble":-1.5}]}})"));
}

TEST_CASE("a histogram is summed up in explicit buckets") {
  const auto point = [](double value) { return Record::metric("tokens", PLATOS_METRIC_HISTOGRAM, value); };
  CHECK(body_of({point(1), point(1.5), point(100), point(1e9)}) ==
        metrics(R"({"name":"tokens","histogram":{"aggregationTemporality":2,"dataPoints":[)"
                R"({"startTimeUnixNano":"1700000000000000000","timeUnixNano":"1700000000000000004",)"
                R"("count":"4","sum":1000000102.5,)"
                R"("bucketCounts":["1","1","0","0","1","0","0","0","0","0","0","0","0","0","1"],)"
                R"("explicitBounds":[1,4,16,64,256,1024,4096,16384,65536,262144,1048576,4194304,16777216,67108864],)"
                R"("min":1,"max":1e+09}]}})"));
}

TEST_CASE("requests are posted as JSON with the configured headers") {
  TestHost host;
  Collector collector(host);
  TestObserver observer(host, R"({"endpoint": "https://otlp.example.com/base//",
                                  "headers": {"authorization": "Bearer {{secret:token}}"}})");
  observer.consume({Record::span("a"), Record::log("b"), Record::metric("c", PLATOS_METRIC_GAUGE, 1)});
  REQUIRE(observer.flush() == PLATOS_OK);
  REQUIRE(collector.request_count() == 3);
  CHECK(collector.request(0).url == "https://otlp.example.com/base/v1/traces");
  CHECK(collector.request(1).url == "https://otlp.example.com/base/v1/logs");
  CHECK(collector.request(2).url == "https://otlp.example.com/base/v1/metrics");
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(collector.request(i).method == "POST");
    CHECK(collector.request(i).headers.at("content-type") == "application/json");
    CHECK(collector.request(i).headers.at("authorization") == "Bearer {{secret:token}}");
  }
  const auto resource = nlohmann::json::parse(collector.request(0).body)["resourceSpans"][0]["resource"];
  const std::string id = resource["attributes"][1]["value"]["stringValue"];
  CHECK(resource["attributes"][1]["key"] == "service.instance.id");
  CHECK((id.size() == 36 && id[14] == '4' && std::string("89ab").find(id[19]) != std::string::npos));
}
