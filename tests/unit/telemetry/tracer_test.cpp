#include "telemetry/tracer.hpp"

#include <catch2/catch.hpp>
#include <mutex>

namespace platos::telemetry {
namespace {

struct Keeper final : ports::Observer {
  const std::string& instance() const override { return name; }
  bool sees_content() const override { return true; }
  Result<void> consume(std::span<const std::shared_ptr<const ports::Record>> given, std::int64_t) override {
    records.insert(records.end(), given.begin(), given.end());
    return {};
  }
  Result<void> flush(std::int64_t) override { return {}; }
  std::string name = "keeper";
  std::vector<std::shared_ptr<const ports::Record>> records;
};

}  // namespace

TEST_CASE("a span without a listener does nothing, and passes its parent's place on") {
  base::ManualClock clock;
  const Tracer tracer(clock);
  SpanContext parent;
  parent.span_id[0] = 7;
  Span span(tracer, "turn", parent);
  span.set("key", std::string("value"));
  span.end();
  CHECK(span.context().span_id == parent.span_id);
  CHECK_FALSE(tracer.enabled());
}

TEST_CASE("spans carry trace, parent, times and attributes") {
  base::ManualClock clock;
  base::Logger logger(clock, base::LogLevel::Error, base::LogFormat::Json, "/dev/null");
  Metrics metrics;
  const auto keeper = std::make_shared<Keeper>();
  Tracer tracer(clock);
  tracer.add_sink(std::make_unique<ObserverSink>(keeper, clock, logger, metrics, SinkOptions{}));
  SpanContext root;
  root.trace_id = trace_id_of("run_01JD0ZQ8XW6VDSCQ3Z9Y5C2K7M");
  Span turn(tracer, "invoke_agent", root);
  clock.advance_ms(3);
  Span call(tracer, "chat", turn.context(), ports::Record::SpanKind::Client);
  call.set("gen_ai.request.model", std::string("m"));
  clock.advance_ms(4);
  call.end(ports::Record::Severity::Error, "provider_timeout");
  turn.end();
  Span forgotten(tracer, "forgotten", root);
  CHECK(tracer.stop());
  REQUIRE(keeper->records.size() == 2);
  const auto& chat = *keeper->records[0];
  const auto& agent = *keeper->records[1];
  CHECK(chat.name == "chat");
  CHECK(chat.parent_span_id == agent.span_id);
  CHECK(chat.trace_id == root.trace_id);
  CHECK(chat.end_us - chat.start_us == 4000);
  CHECK(chat.severity == ports::Record::Severity::Error);
  CHECK(chat.body == "provider_timeout");
  REQUIRE(chat.attributes.size() == 1);
  CHECK(agent.end_us - agent.start_us == 7000);
  CHECK(agent.span_id != chat.span_id);
}

TEST_CASE("the trace id of a run is the ULID in its id") {
  CHECK(trace_id_hex(trace_id_of("run_00000000000000000000000001")) == "00000000000000000000000000000001");
  CHECK(trace_id_hex(trace_id_of("run_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")) == "ffffffffffffffffffffffffffffffff");
  CHECK(trace_id_of("run_short") == ports::TraceId{});
  CHECK(trace_id_of("run_0000000000000000000000000U") == ports::TraceId{});
}

TEST_CASE("a traceparent is taken whole or not at all") {
  const auto valid = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  CHECK(trace_id_hex(valid.trace_id) == "0af7651916cd43dd8448eb211c80319c");
  CHECK(valid.span_id[0] == 0xB7);
  CHECK(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later").span_id[0] == 0xB7);
  for (const char* bad : {"", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                          "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
    INFO(bad);
    CHECK(parse_traceparent(bad).trace_id == ports::TraceId{});
  }
}

}  // namespace platos::telemetry
