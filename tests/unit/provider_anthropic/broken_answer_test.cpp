// Answers under status 200 that are not what the protocol says, and transports that fail.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_anthropic::testing;
using Json = nlohmann::json;

TEST_CASE("what a known event cannot do without is named when it is missing or of another type") {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "expected an object at the top, found an array"},
      {"nonsense", "in \"nonsense\""},
      {R"({"type":"content_block_start","content_block":{}})", "expected an integer at index"},
      {R"({"type":"content_block_start","index":0})", "expected an object at content_block"},
      {R"({"type":"content_block_start","index":0,"content_block":[]})", "expected an object at content_block"},
      {R"({"type":"content_block_start","index":"0","content_block":{}})", "expected an integer at index"},
      {R"({"type":"content_block_delta","index":0.5,"delta":{}})", "expected an integer at index"},
      {R"({"type":"content_block_delta","index":1e400,"delta":{}})", "expected an integer at index"},
      {R"({"type":"content_block_delta","index":99999999999999999999,"delta":{}})", "expected an integer at index"},
      {R"({"type":"content_block_delta","index":0,"delta":"x"})", "expected an object at delta"},
      {R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":5}})", "expected a string at"},
      {R"({"type":"content_block_stop"})", "expected an integer at index"},
      {R"({"type":"ping"} {)", "expected a JSON object"},
      {R"({"type":"ping")", "expected a JSON object"},
  };
  for (const auto& [frame, message_part] : cases) {
    const Result result = exchange_frames(Plugin(), {frame});
    INFO(frame << " -> " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.message.find(message_part) != std::string::npos);
    CHECK(result.detail_json == R"({"retryable":false})");
    CHECK(result.events.empty());
  }
}

TEST_CASE("unknown events are passed over, whatever they hold") {
  const char* const stop = R"({"type":"message_stop"})";
  for (const char* frame : {R"({"type":"new","index":"a","delta":7,"content_block":null,"usage":[],"message":"m"})",
                            "{}", R"({"type":"ping"})", R"({"type":7})", R"({"type":"message_start","message":"m"})",
                            R"({"type":"message_delta","delta":[],"usage":7})"}) {
    INFO(frame);
    CHECK(exchange_frames(Plugin(), {frame, stop}).events == std::vector<std::string>{"stop:1"});
  }
  CHECK(exchange(Plugin(), {.pieces = {"event: new\ndata: not JSON\n\nevent: message_stop\ndata: {\"type\":"
                                       "\"message_stop\"}\n\n"}})
            .done);
}

TEST_CASE("invalid UTF-8 and half a surrogate pair are not passed on") {
  const std::string start = R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"})";
  const Result bytes = exchange_frames(Plugin(), {start.substr(0, start.size() - 1) + "\xc3\x28\"}}"});
  CHECK(bytes.status == PLATOS_INTERNAL);
  CHECK(bytes.message.find("expected UTF-8, found other bytes") != std::string::npos);
  CHECK(bytes.message.find('\xc3') == std::string::npos);
  const Result half = exchange_frames(Plugin(), {start.substr(0, start.size() - 1) + "\\ud83d\"}}"});
  CHECK(half.status == PLATOS_INTERNAL);
  CHECK(half.events.empty());
}

TEST_CASE("errors inside an answer have the code and the advice of their type") {
  struct Case {
    const char* type;
    std::int32_t status;
    bool retryable;
  };
  const Case cases[] = {{"overloaded_error", PLATOS_UNAVAILABLE, true},
                        {"api_error", PLATOS_UNAVAILABLE, true},
                        {"rate_limit_error", PLATOS_RESOURCE_EXHAUSTED, true},
                        {"timeout_error", PLATOS_DEADLINE, true},
                        {"invalid_request_error", PLATOS_INVALID_ARGUMENT, false},
                        {"request_too_large", PLATOS_INVALID_ARGUMENT, false},
                        {"billing_error", PLATOS_RESOURCE_EXHAUSTED, false},
                        {"authentication_error", PLATOS_UNAUTHENTICATED, false},
                        {"permission_error", PLATOS_PERMISSION_DENIED, false},
                        {"not_found_error", PLATOS_NOT_FOUND, false},
                        {"new_error", PLATOS_UNAVAILABLE, true}};
  for (const Case& tried : cases) {
    const std::string error = R"("error":{"type":")" + std::string(tried.type) + R"(","message":"m"})";
    for (const std::string& frame :
         {R"({"type":"error",)" + error + "}", "{" + error + R"(,"type":"error"})", "{" + error + "}"}) {
      const Result result = exchange_frames(Plugin(), {frame});
      INFO(frame << " -> " << result.message << " " << result.detail_json);
      CHECK(result.status == tried.status);
      CHECK(Json::parse(result.detail_json) == Json{{"retryable", tried.retryable}, {"provider_code", tried.type}});
      CHECK(result.stops() == 0);
    }
  }
}

TEST_CASE("an event named error is one, also when it is not JSON") {
  const Result result = exchange(Plugin(), {.pieces = {"event: error\ndata: upstream gone\n\n"}});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message.find("\"upstream gone\"") != std::string::npos);
}

TEST_CASE("nesting half a million levels deep costs no stack") {
  constexpr int kLevels = 500000;
  std::string deep = R"({"type":"new","x":)";
  for (int i = 0; i < kLevels; ++i) deep += "[";
  deep += std::string(kLevels, ']') + "}";
  const Result passed = exchange_frames(Plugin(), {deep, R"({"type":"message_stop"})"});
  CHECK(broken_promise(passed).empty());
  std::string input =
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"i","name":"f",)";
  input += R"("input":{"a":)" + std::string(kLevels, '[') + std::string(kLevels, ']') + "}}}";
  CHECK(broken_promise(exchange_frames(Plugin(), {input})).empty());
  CHECK(exchange_frames(Plugin(), {std::string(100000, '[')}).status == PLATOS_INTERNAL);
}

TEST_CASE("a transport that fails before the end") {
  const Plugin plugin;
  const std::string body =
      "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\","
      "\"text\":\"a\"}}\n\n";
  const Result lost = exchange(plugin, {.pieces = {body}, .transport_status = PLATOS_UNAVAILABLE});
  CHECK(lost.status == PLATOS_UNAVAILABLE);
  CHECK(lost.message == "the connection to https://api.anthropic.com failed before the answer was complete");
  CHECK(lost.detail_json == R"({"retryable":true})");
  CHECK(lost.events == std::vector<std::string>{"text:a"});
  const Result late = exchange(plugin, {.pieces = {body}, .transport_status = PLATOS_DEADLINE});
  CHECK(late.status == PLATOS_DEADLINE);
}

TEST_CASE("an answer of another content type is named when it gave no frame") {
  const Result result = exchange(Plugin(), {.headers = {{"content-type", "text/html"}}, .pieces = {"<html>hi</html>"}});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message.ends_with("expected text/event-stream, found text/html"));
}
