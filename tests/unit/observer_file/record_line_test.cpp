// The exact line of each kind of record.
#include "record_line.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "unit/observer_otlp/records.hpp"

using namespace platos::tests;
using platos::observer_file::record_line;

namespace {

std::string line_of(const Record& record) { return record_line(*record.get(), 4096); }

}  // namespace

TEST_CASE("the line of a span") {
  auto span = Record::span("chat gpt-4o");
  span.parent(2).span_kind(PLATOS_SPAN_CLIENT).severity(PLATOS_SEVERITY_ERROR).body("rate_limited");
  span.text("gen_ai.request.model", "gpt-4o").integer("gen_ai.usage.input_tokens", 9'007'199'254'740'993);
  span.number("temperature", 0.5).flag("cached", true);
  CHECK(line_of(span) ==
        R"({"v":1,"kind":"span","time":"2023-11-14T22:13:20.000000001Z","name":"chat gpt-4o",)"
        R"("trace_id":"abababababababababababababababab","span_id":"0101010101010101",)"
        R"("parent_span_id":"0202020202020202","span_kind":"client","duration_ns":250000001,"status":"error",)"
        R"("error_code":"rate_limited","attributes":{"gen_ai.request.model":"gpt-4o",)"
        R"("gen_ai.usage.input_tokens":9007199254740993,"temperature":0.5,"cached":true}})"
        "\n");
}

TEST_CASE("the line of a log") {
  CHECK(line_of(Record::log("line 1\nline 2\xff", PLATOS_SEVERITY_WARN)) ==
        "{\"v\":1,\"kind\":\"log\",\"time\":\"2023-11-14T22:13:20.000000003Z\",\"severity\":\"warn\","
        "\"body\":\"line 1\\nline 2\uFFFD\"}\n");
}

TEST_CASE("the line of an event") {
  Record event(PLATOS_RECORD_EVENT);
  event.name("governor.verdict").ids(3).text("verdict", "deny");
  CHECK(line_of(event) ==
        R"({"v":1,"kind":"event","name":"governor.verdict","trace_id":"abababababababababababababababab",)"
        R"("span_id":"0303030303030303","attributes":{"verdict":"deny"}})"
        "\n");
}

TEST_CASE("the line of a metric") {
  CHECK(line_of(Record::metric("platos.turns", PLATOS_METRIC_COUNTER, 1)) ==
        R"({"v":1,"kind":"metric","time":"2023-11-14T22:13:20.000000004Z","name":"platos.turns",)"
        R"("metric":"counter","value":1})"
        "\n");
}

TEST_CASE("numbers that JSON lacks are texts, integers are exact") {
  auto span = Record::span("numbers");
  span.number("a", std::nan("")).number("b", -HUGE_VAL).integer("c", std::numeric_limits<std::int64_t>::min());
  const auto attributes = nlohmann::json::parse(line_of(span))["attributes"];
  CHECK(attributes["a"] == "NaN");
  CHECK(attributes["b"] == "-Infinity");
  CHECK(attributes["c"] == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("times before 1970 and beyond are written, durations wrap instead of overflowing") {
  auto early = Record::span("early");
  early.times(-1, std::numeric_limits<std::int64_t>::max());
  const auto parsed = nlohmann::json::parse(line_of(early));
  CHECK(parsed["time"] == "1969-12-31T23:59:59.999999999Z");
  CHECK(parsed["duration_ns"] == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("a line holds one line end and is below a mebibyte, whatever the record holds") {
  auto huge = Record::log(std::string(100'000, '\x01'));
  for (int i = 0; i < 500; ++i) huge.text(std::string(1000, '\n') + std::to_string(i), std::string(70'000, '\x02'));
  const std::string line = record_line(*huge.get(), 65'536);
  CHECK(line.size() < 1024 * 1024);
  CHECK(line.find('\n') == line.size() - 1);
  const auto parsed = nlohmann::json::parse(line);
  CHECK(parsed["body"].get<std::string>().size() == 65'536);
  CHECK(parsed["attributes"].size() + parsed["dropped_attributes"].get<std::size_t>() == 500);
}

TEST_CASE("what is not known is left out and counted") {
  auto odd = Record::log("");
  odd.severity(99).attribute_of_type("new", 99).text("", "no key");
  CHECK(line_of(odd) == R"({"v":1,"kind":"log","time":"2023-11-14T22:13:20.000000003Z","dropped_attributes":2})"
                        "\n");
  CHECK(line_of(Record(42)).empty());
}
