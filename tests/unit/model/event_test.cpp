#include "model/event.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {
const ToolCall kCall = {"call_1", "theirs", "docs__search", R"({ "q" : "a" })"};

void check_volatile(const Event& event, const std::string& json) {
  CHECK(closed(event) == json);
  CHECK(event.publication == Event::Class::Volatile);
}
void check_settled(const Event& event, const std::string& json) {
  CHECK(closed(event) == json);
  CHECK(event.publication == Event::Class::Settled);
}
}  // namespace

TEST_CASE("Volatile events have exactly this JSON") {
  check_volatile(status_event("thinking", "agt_1"), R"({"type":"status","status":"thinking","agentId":"agt_1"})");
  check_volatile(token_event("a\"\n"), R"({"type":"token","text":"a\"\n"})");
  check_volatile(thinking_event("hm"), R"({"type":"thinking","text":"hm"})");
}

TEST_CASE("Settled events have exactly this JSON") {
  check_settled(meta_event("thr_1", "agt_1", "run_1"),
                R"({"type":"meta","thread_id":"thr_1","agent_id":"agt_1","run_id":"run_1"})");
  check_settled(tool_call_event(kCall),
                R"({"type":"tool_call","name":"docs__search","params":{"q":"a"},"callId":"call_1"})");
  check_settled(retry_boundary_event(2, 17),
                R"({"type":"message_boundary","reason":"retry","step":2,"discardFrom":17})");
  check_settled(text_boundary_event(), R"({"type":"message_boundary"})");
  check_settled(
      message_persisted_event("msg_1", "thr_1", Usage{}),
      R"({"type":"message_persisted","messageId":"msg_1","threadId":"thr_1","costCents":0,"costKnown":false})");
}

TEST_CASE("Arguments that are no object stand in the event as text") {
  ToolCall call = kCall;
  call.arguments_json = "{bad";
  check_settled(tool_call_event(call),
                R"({"type":"tool_call","name":"docs__search","params":"{bad","callId":"call_1"})");
}

TEST_CASE("A tool's result stands as the value that it is; errors carry a code") {
  ToolOutcome outcome;
  outcome.result_json = R"({"n":1})";
  check_settled(tool_result_event(kCall, outcome),
                R"({"type":"tool_result","name":"docs__search","result":{"n":1},"callId":"call_1"})");
  outcome.is_error = true;
  outcome.code = "tool_failed";
  check_settled(tool_result_event(kCall, outcome), R"({"type":"tool_result","name":"docs__search","result":{"n":1},)"
                                                   R"("callId":"call_1","isError":true,"code":"tool_failed"})");
}

TEST_CASE("An error event rounds its wait up to whole seconds") {
  Error error;
  error.message = "no";
  error.code = "overloaded";
  check_settled(error_event(error), R"({"type":"error","message":"no","code":"overloaded"})");
  error.retry_after_ms = 1001;
  check_settled(error_event(error), R"({"type":"error","message":"no","code":"overloaded","retryAfterSeconds":2})");
  error.retry_after_ms = 1;
  CHECK(closed(error_event(error)).find(R"("retryAfterSeconds":1})") != std::string::npos);
}

TEST_CASE("done names usage when it is known, and how the run ended") {
  check_settled(done_event({}, ""), R"({"type":"done"})");
  check_settled(done_event({}, "stopped"), R"({"type":"done","stopped":true})");
  check_settled(
      done_event({10, 5, -1, 2}, "aborted"),
      R"({"type":"done","usage":{"inputTokens":10,"outputTokens":5,"cacheReadInputTokens":0,"cacheCreationInputTokens":0,)"
      R"("reasoningTokens":2,"promptTokens":10,"completionTokens":5,"totalTokens":15,"cachedTokens":0,"costCents":0,)"
      R"("costKnown":false},"aborted":true})");
}

TEST_CASE("A heartbeat has the time and no number") {
  CHECK(heartbeat_json(1'893'456'000'123'000) == R"({"type":"heartbeat","at":"2030-01-01T00:00:00.123Z"})");
}

TEST_CASE("Every event is one line of JSON, whatever texts it carries") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  const ToolCall call = {every, every, every, every};
  ToolOutcome outcome;
  outcome.is_error = true;
  outcome.code = every;
  Error error;
  error.message = every;
  error.code = every;
  for (const auto& event : {status_event(every, every), token_event(every), thinking_event(every),
                            meta_event(every, every, every), tool_call_event(call), tool_result_event(call, outcome),
                            message_persisted_event(every, every, Usage{}), error_event(error)}) {
    const std::string json = closed(event);
    CHECK(Json::parse(json, nullptr, false).is_object());
    CHECK(json.find_first_of("\r\n") == std::string::npos);
  }
}

}  // namespace platos::model
