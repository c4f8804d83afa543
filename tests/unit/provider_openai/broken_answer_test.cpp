// Answers under status 200 that are not what the protocol says, and transports that fail.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_openai::testing;
using Json = nlohmann::json;

TEST_CASE("a wrong type fails with the place, what was expected and what was found") {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "expected an object at the top, found an array"},
      {"\"text\"", "expected an object at the top, found a string"},
      {"nonsense", "in \"nonsense\""},
      {R"({"choices":{}})", "expected an array at choices, found an object"},
      {R"({"choices":[7]})", "expected an object at choices[0], found a number"},
      {R"({"choices":[{"delta":[]}]})", "expected an object at choices[0].delta, found an array"},
      {R"({"choices":[{"delta":{"content":5}}]})", "expected a string at choices[0].delta.content, found a number"},
      {R"({"choices":[{"delta":{"reasoning":{}}}]})", "choices[0].delta.reasoning_content, found an object"},
      {R"({"choices":[{"delta":{"tool_calls":{}}}]})", "expected an array at choices[0].delta.tool_calls"},
      {R"({"choices":[{"delta":{"tool_calls":[{"index":"0"}]}}]})",
       "expected a number at choices[0].delta.tool_calls[].index"},
      {R"({"choices":[{"delta":{"tool_calls":[{"index":0.5}]}}]})", "expected an integer at"},
      {R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":1}}]}}]})", "function.name, found a number"},
      {R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":[]}}]}}]})",
       "function.arguments, found an array"},
      {R"({"choices":[{"finish_reason":true}]})", "expected a string at choices[0].finish_reason, found a boolean"},
      {R"({"choices":[],"usage":"many"})", "expected an object at usage, found a string"},
      {R"({"usage":{"prompt_tokens":"3"}})", "expected a number at usage.prompt_tokens, found a string"},
      {R"({"choices":[]} {})", "expected a JSON object"},
      {R"({"choices":[{"delta":{"content":"a"})", "expected a JSON object"},
  };
  for (const auto& [frame, message_part] : cases) {
    const Result result = exchange_frames(Plugin(), {frame});
    INFO(frame << " -> " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.message.find(message_part) != std::string::npos);
    CHECK(result.message.find("https://api.openai.com/v1 sent a broken answer: ") == 0);
    CHECK(result.detail_json == R"({"retryable":false})");
    CHECK(result.events.empty());
  }
}

TEST_CASE("nothing of a broken frame is sent, also when the break comes after the text") {
  CHECK(exchange_frames(Plugin(), {R"({"choices":[{"delta":{"content":"a"}}],"usage":3})"}).events.empty());
}

TEST_CASE("invalid UTF-8 fails, and is not repeated") {
  const Result result = exchange_frames(Plugin(), {"{\"choices\":[{\"delta\":{\"content\":\"\xc3\x28\"}}]}"});
  CHECK(result.status == PLATOS_INTERNAL);
  CHECK(result.message.find("expected UTF-8, found other bytes") != std::string::npos);
  CHECK(result.message.find('\xc3') == std::string::npos);
}

TEST_CASE("half of a surrogate pair is not passed on") {
  const Result result = exchange_frames(Plugin(), {R"({"choices":[{"delta":{"content":"\ud83d"}}]})"});
  CHECK(result.status == PLATOS_INTERNAL);
  CHECK(result.events.empty());
}

TEST_CASE("a frame is quoted up to 120 bytes, printable only") {
  const Result result = exchange_frames(Plugin(), {"\x01\x1b[31m" + std::string(500, 'x')});
  const std::string quoted_frame = "\"??[31m" + std::string(114, 'x') + "...\"";
  INFO(result.message);
  CHECK(result.message.ends_with(quoted_frame));
}

TEST_CASE("errors inside an answer") {
  struct Case {
    const char* frame;
    std::int32_t status;
    bool retryable;
    const char* provider_code;
  };
  const Case cases[] = {
      {R"({"error":{"message":"m","type":"server_error","code":null}})", PLATOS_UNAVAILABLE, true, "server_error"},
      {R"({"error":{"message":"m","code":429}})", PLATOS_RESOURCE_EXHAUSTED, true, "429"},
      {R"({"error":{"message":"m","code":"insufficient_quota"}})", PLATOS_RESOURCE_EXHAUSTED, false,
       "insufficient_quota"},
      {R"({"error":{"message":"m","type":"rate_limit_exceeded"}})", PLATOS_RESOURCE_EXHAUSTED, true,
       "rate_limit_exceeded"},
      {R"({"error":{"message":"m","type":"invalid_request_error"}})", PLATOS_INVALID_ARGUMENT, false,
       "invalid_request_error"},
      {R"({"object":"error","message":"m","type":"BadRequestError","code":400})", PLATOS_INVALID_ARGUMENT, false,
       "400"},
      {R"({"error":"m"})", PLATOS_UNAVAILABLE, true, nullptr},
  };
  for (const Case& tried : cases) {
    const Result result = exchange_frames(Plugin(), {tried.frame, "[DONE]"});
    INFO(tried.frame << " -> " << result.message << " " << result.detail_json);
    CHECK(result.status == tried.status);
    CHECK(result.message == "https://api.openai.com/v1 broke off its answer with an error: \"m\"");
    const Json detail = Json::parse(result.detail_json);
    CHECK(detail["retryable"] == tried.retryable);
    CHECK(detail.value("provider_code", "") == (tried.provider_code == nullptr ? "" : tried.provider_code));
    CHECK_FALSE(detail.contains("http_status"));
    CHECK(result.stops() == 0);
  }
}

TEST_CASE("an event named error is one, whatever its members") {
  const Result result = exchange(Plugin(), {.pieces = {"event: error\ndata: {\"message\":\"overloaded\"}\n\n"}});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message.find("\"overloaded\"") != std::string::npos);
}

TEST_CASE("the finish reason error is a failure") {
  const Result result = exchange_frames(Plugin(), {R"({"choices":[{"delta":{},"finish_reason":"error"}]})", "[DONE]"});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.stops() == 0);
}

TEST_CASE("an error nested half a million levels deep costs no stack") {
  constexpr int kLevels = 500000;
  std::string deep;
  for (int i = 0; i < kLevels; ++i) deep += R"({"error":)";
  CHECK(exchange_frames(Plugin(), {deep + "1" + std::string(kLevels, '}')}).status == PLATOS_UNAVAILABLE);
  CHECK(exchange_frames(Plugin(), {std::string(100000, '[')}).status == PLATOS_INTERNAL);
}

TEST_CASE("a transport that fails before the end") {
  const Plugin plugin;
  const std::string body = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
  const Result lost = exchange(plugin, {.pieces = {body}, .transport_status = PLATOS_UNAVAILABLE});
  CHECK(lost.status == PLATOS_UNAVAILABLE);
  CHECK(lost.message.starts_with("the connection to https://api.openai.com/v1 failed"));
  CHECK(lost.detail_json == R"({"retryable":true})");
  CHECK(lost.events == std::vector<std::string>{"text:a"});
  const Result late = exchange(plugin, {.pieces = {body}, .transport_status = PLATOS_DEADLINE});
  CHECK(late.status == PLATOS_DEADLINE);
  CHECK(late.detail_json == R"({"retryable":true})");
  CHECK(exchange(plugin, {.pieces = {body}, .transport_status = PLATOS_INTERNAL}).status == PLATOS_UNAVAILABLE);
}

TEST_CASE("an answer of another content type is named when it gave no frame") {
  const Result result =
      exchange(Plugin(), {.headers = {{"content-type", "text/html\x1b"}}, .pieces = {"<html>sign in</html>"}});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message.ends_with("expected text/event-stream, found text/html?"));
}
