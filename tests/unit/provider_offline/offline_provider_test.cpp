#include "offline_provider.hpp"

#include <catch2/catch.hpp>

#include "platos/cpp/testing/split_feeder.hpp"
#include "requests.hpp"

using namespace platos::provider_offline;
using namespace platos::sdk::testing;
using nlohmann::json;
using platos::sdk::slice;

namespace {

using Events = std::vector<std::string>;

struct Fixture {
  FakeHost host;
  FakeInstance instance{host, platos_plugin_v1, "offline"};

  Outcome run(const json& request) const { return run_exchange(instance, request.dump(), 200, {}); }
};

// Drives one exchange step by step.
class Stepper {
 public:
  Stepper(const FakeInstance& instance, const json& request)
      : provider_(instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE)) {
    REQUIRE(provider_.begin(instance.handle(), &call_, slice(request.dump()), &exchange_, &error) == PLATOS_OK);
  }
  ~Stepper() { provider_.end(exchange_); }
  Stepper(const Stepper&) = delete;
  Stepper& operator=(const Stepper&) = delete;

  std::int32_t next() {
    step = {};
    step.struct_size = sizeof step;
    return provider_.next(exchange_, &step, &sink_, &error);
  }
  std::int32_t on_head() { return provider_.on_head(exchange_, 200, nullptr, 0, &error); }

  platos_step_t step{};
  platos_error_t error;
  Events events;
  std::size_t refuse_after = 1000000;

 private:
  const platos_provider_t& provider_;
  platos_call_t call_;
  platos_exchange_t* exchange_ = nullptr;
  platos_event_sink_t sink_{sizeof sink_, 0, this, [](void* context, const platos_event_t* event) -> std::int32_t {
                              auto& self = *static_cast<Stepper*>(context);
                              if (self.events.size() >= self.refuse_after) return PLATOS_CANCELLED;
                              self.events.push_back(describe(*event));
                              return PLATOS_OK;
                            }};
};

const json kPlain = answered(ask("q r"), "Two  words.\n\nLast");

}  // namespace

TEST_CASE_METHOD(Fixture, "the one model is listed") {
  TextWriter writer;
  platos_error_t error;
  const auto& provider = instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE);
  REQUIRE(provider.models(instance.handle(), &writer.table, &error) == PLATOS_OK);
  const json expected = {{"id", "docs"}, {"name", "Platos documentation (offline)"}, {"features", {"tools"}}};
  CHECK(json::parse(writer.text) == json::array({expected}));
}

TEST_CASE_METHOD(Fixture, "a tool call: begin, arguments, end, usage in words, stop") {
  const Outcome outcome = run(ask("cancel a run"));
  CHECK(outcome.status == PLATOS_OK);
  CHECK(outcome.done);
  CHECK(outcome.url.empty());
  CHECK(outcome.events == Events{"tool_begin:0:call_1:docs__search", R"(tool_args:0:{"query":"cancel a run"})",
                                 "tool_end:0", "usage:3/3", "stop:" + std::to_string(PLATOS_STOP_TOOLS)});
}

TEST_CASE_METHOD(Fixture, "a text goes out word by word in one call") {
  Stepper stepper(instance, kPlain);
  REQUIRE(stepper.next() == PLATOS_OK);
  CHECK(stepper.step.kind == PLATOS_STEP_DONE);
  CHECK(stepper.events == Events{"text:Two  ", "text:words.", "usage:5/2", "stop:" + std::to_string(PLATOS_STOP_END)});
}

TEST_CASE_METHOD(Fixture, "the same request gives the same events") {
  const json request = ask("hello");
  CHECK(run(request).events == run(request).events);
  CHECK(run(request).events.size() == 3);
}

TEST_CASE("with a delay each step sends one word and waits") {
  FakeHost host;
  const FakeInstance instance(host, platos_plugin_v1, "offline", R"({"word_delay_ms": 40})");
  Stepper stepper(instance, kPlain);
  REQUIRE(stepper.next() == PLATOS_OK);
  CHECK(stepper.step.kind == PLATOS_STEP_WAIT);
  CHECK(stepper.step.wait_ms == 40);
  CHECK(stepper.events == Events{"text:Two  "});
  REQUIRE(stepper.next() == PLATOS_OK);
  CHECK(stepper.step.kind == PLATOS_STEP_DONE);
  CHECK(stepper.step.wait_ms == 0);
  CHECK(stepper.events.size() == 4);
}

TEST_CASE_METHOD(Fixture, "max_output_tokens cuts the text and says so") {
  json request = kPlain;
  request["max_output_tokens"] = 1;
  CHECK(run(request).events == Events{"text:Two  ", "usage:5/1", "stop:" + std::to_string(PLATOS_STOP_LENGTH)});
  request["max_output_tokens"] = 2;
  CHECK(run(request).events.back() == "stop:" + std::to_string(PLATOS_STOP_END));
}

TEST_CASE_METHOD(Fixture, "another model is not found, a broken request is invalid") {
  json request = ask("hello");
  request["model"] = "gpt-5";
  Outcome outcome = run(request);
  CHECK(outcome.status == PLATOS_NOT_FOUND);
  CHECK(outcome.error.message == R"(model of offline: expected "docs", found "gpt-5")");
  CHECK(outcome.events.empty());
  outcome = run_exchange(instance, "[]", 200, {});
  CHECK(outcome.status == PLATOS_INVALID_ARGUMENT);
}

TEST_CASE_METHOD(Fixture, "a sink that refuses ends the stream at that event") {
  for (std::size_t allowed = 0; allowed < 4; ++allowed) {
    Stepper stepper(instance, kPlain);
    stepper.refuse_after = allowed;
    CHECK(stepper.next() == PLATOS_CANCELLED);
    CHECK(stepper.events.size() == allowed);
  }
}

TEST_CASE_METHOD(Fixture, "calls that do not belong to this exchange are refused") {
  Stepper stepper(instance, kPlain);
  CHECK(stepper.on_head() == PLATOS_FAILED_PRECONDITION);
  REQUIRE(stepper.next() == PLATOS_OK);
  CHECK(stepper.next() == PLATOS_FAILED_PRECONDITION);
  CHECK(stepper.events.size() == 4);
}

TEST_CASE("a configuration that does not fit is refused with the reason") {
  FakeHost host;
  const auto create = [&](const char* config) { FakeInstance(host, platos_plugin_v1, "offline", config); };
  CHECK_NOTHROW(create(R"({"word_delay_ms": 0})"));
  CHECK_NOTHROW(create(R"({"word_delay_ms": 1000})"));
  const std::string range = R"("word_delay_ms" of offline: expected an integer from 0 to 1000, found )";
  CHECK_THROWS_WITH(create(R"({"word_delay_ms": 1001})"), range + "the number 1001");
  CHECK_THROWS_WITH(create(R"({"word_delay_ms": -1})"), range + "the number -1");
  CHECK_THROWS_WITH(create(R"({"word_delay_ms": "5"})"), range + "a string of 1 character");
  CHECK_THROWS_WITH(create(R"({"word_delay_ms": 18446744073709551615})"), range + "the number 18446744073709551615");
  CHECK_THROWS_WITH(create(R"({"delay": 1})"),
                    R"(configuration of offline: expected only "word_delay_ms", found "delay")");
  CHECK_THROWS_WITH(create("x"), "configuration of offline: expected a JSON object, found text that is not JSON");
}

TEST_CASE("the configuration schema is JSON with the same limits") {
  const json schema = json::parse(OfflineProvider::kConfigSchema);
  CHECK(schema["properties"]["word_delay_ms"]["maximum"] == 1000);
  CHECK(schema["properties"]["word_delay_ms"]["minimum"] == 0);
}
