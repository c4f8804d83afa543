// Odd, huge and broken records.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "collector.hpp"
#include "record_encoder.hpp"

using namespace platos::tests;
using nlohmann::json;

namespace {

json span_json(const Record& record, std::size_t max_text_bytes = 4096) {
  const std::string text = platos::observer_otlp::encode_span(*record.get(), max_text_bytes);
  const json parsed = json::parse(text);
  std::vector<std::string> problems;
  check_otlp(parsed, "Span", "span", problems);
  CHECK(problems == std::vector<std::string>{});
  return parsed;
}

}  // namespace

TEST_CASE("the schema of these tests finds what is wrong") {
  const auto problems = [](const char* text) {
    std::vector<std::string> found;
    check_otlp(json::parse(text), "Span", "span", found);
    return found.size();
  };
  CHECK(problems(R"({"traceId":"abababababababababababababababab","kind":1,"startTimeUnixNano":"1"})") == 0);
  CHECK(problems(R"({"startTimeUnixNano":1})") == 1);
  CHECK(problems(R"({"traceId":"q6urq6urq6urq6urq6urqw=="})") == 1);
  CHECK(problems(R"({"trace_id":"abababababababababababababababab"})") == 1);
  CHECK(problems(R"({"kind":"SPAN_KIND_CLIENT"})") == 1);
  CHECK(problems(R"({"attributes":[{"key":"a","value":{"intValue":1}}]})") == 1);
  CHECK(problems(R"({"spanId":"0000000000000000"})") == 1);
}

TEST_CASE("bytes that are not UTF-8 are replaced in names, keys, texts and status") {
  auto span = Record::span("a\xff");
  span.text("k\x80", "caf\xe9 \xf0\x9f\x98\x80 \xed\xa0\x80").severity(PLATOS_SEVERITY_ERROR).body("\xc0\xaf");
  const json parsed = span_json(span);
  CHECK(parsed["name"] == "a\uFFFD");
  CHECK(parsed["attributes"][0]["key"] == "k\uFFFD");
  CHECK(parsed["attributes"][0]["value"]["stringValue"] == "caf\uFFFD \U0001F600 \uFFFD\uFFFD\uFFFD");
  CHECK(parsed["status"]["message"] == "\uFFFD\uFFFD");
}

TEST_CASE("control characters and quotes survive") {
  auto span = Record::span(std::string_view("a\0\"\\\n\x01\x7f", 7));
  CHECK(span_json(span)["name"] == std::string("a\0\"\\\n\x01\x7f", 7));
}

TEST_CASE("a huge text is cut at the bound, between characters, and says so") {
  auto span = Record::span(std::string(10'000, 'n'));
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "\u00e9";
  span.text("big", text).text("fits", std::string(100, 'x'));
  const json parsed = span_json(span, 100);
  const std::string cut = parsed["attributes"][0]["value"]["stringValue"];
  CHECK(cut.size() == 99);  // 48 characters of two bytes and the mark of three: 100 would split one
  CHECK(cut.ends_with("\u00e9\u2026"));
  CHECK(parsed["attributes"][1]["value"]["stringValue"] == std::string(100, 'x'));
  CHECK(parsed["name"].get<std::string>().size() == 256);
}

TEST_CASE("a record is bounded however many attributes it has, and counts those it left out") {
  auto many = Record::span("many");
  for (int i = 0; i < 200; ++i) many.integer("key" + std::to_string(i), i);
  const json of_many = span_json(many);
  CHECK(of_many["attributes"].size() == 128);
  CHECK(of_many["droppedAttributesCount"] == 72);
  CHECK(of_many["attributes"][127]["key"] == "key127");

  auto large = Record::span("large");
  for (int i = 0; i < 128; ++i) large.text("key" + std::to_string(i), std::string(65'536, '\x01'));
  large.flag("last", true);
  const std::string text = platos::observer_otlp::encode_span(*large.get(), 65'536);
  CHECK(text.size() < platos::observer_otlp::kMaxAttributesBytes + 1024);
  const json of_large = json::parse(text);
  CHECK(of_large["attributes"].size() == 3);  // two of 393 KB, and the small one behind them
  CHECK(of_large["attributes"][2]["key"] == "last");
  CHECK(of_large["droppedAttributesCount"] == 126);
}

TEST_CASE("attributes without key or of an unknown type are left out and counted") {
  auto span = Record::span("odd");
  span.text("", "no key").attribute_of_type("new", 99).attribute_of_type("none", 0).text("good", "");
  const json parsed = span_json(span);
  CHECK(parsed["attributes"] == json::parse(R"([{"key":"good","value":{"stringValue":""}}])"));
  CHECK(parsed["droppedAttributesCount"] == 3);
}

TEST_CASE("numbers that JSON lacks, and the ends of the integers, follow the protobuf mapping") {
  auto span = Record::span("numbers");
  span.number("a", std::nan("")).number("b", HUGE_VAL).number("c", -HUGE_VAL).number("d", -0.0).number("e", 1e300);
  span.integer("f", std::numeric_limits<std::int64_t>::min()).integer("g", std::numeric_limits<std::int64_t>::max());
  const json attributes = span_json(span)["attributes"];
  CHECK(attributes[0]["value"] == json::parse(R"({"doubleValue":"NaN"})"));
  CHECK(attributes[1]["value"] == json::parse(R"({"doubleValue":"Infinity"})"));
  CHECK(attributes[2]["value"] == json::parse(R"({"doubleValue":"-Infinity"})"));
  CHECK(attributes[4]["value"]["doubleValue"].get<double>() == 1e300);
  CHECK(attributes[5]["value"]["intValue"] == "-9223372036854775808");
  CHECK(attributes[6]["value"]["intValue"] == "9223372036854775807");
}

TEST_CASE("a span's severity is its status, and unknown kinds are internal") {
  CHECK_FALSE(span_json(Record::span("unset")).contains("status"));
  auto good = Record::span("good");
  good.severity(PLATOS_SEVERITY_OK).span_kind(PLATOS_SPAN_SERVER).body("not shown");
  CHECK(span_json(good)["status"] == json::parse(R"({"code":1})"));
  CHECK(span_json(good)["kind"] == 2);
  auto odd = Record::span("odd");
  odd.span_kind(77).times(-5, -1);
  CHECK(span_json(odd)["kind"] == 1);
  CHECK(span_json(odd)["startTimeUnixNano"] == "0");
}

TEST_CASE("a span without ids, a metric that is none and an unknown kind are counted as invalid") {
  TestHost host;
  Collector collector(host);
  TestObserver observer(host, kPlainConfig);
  Record without_ids(PLATOS_RECORD_SPAN);
  Record of_new_kind(42);
  const auto metric = [](std::int32_t kind, double value) { return Record::metric("m", kind, value); };
  observer.consume({without_ids, of_new_kind, metric(PLATOS_METRIC_COUNTER, -1), metric(PLATOS_METRIC_COUNTER, NAN),
                    metric(PLATOS_METRIC_HISTOGRAM, HUGE_VAL), metric(9, 1), Record::metric("", 1, 1)});
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(collector.request_count() == 0);
  CHECK(host.counters["otlp_dropped_total:invalid"] == 7);
}
