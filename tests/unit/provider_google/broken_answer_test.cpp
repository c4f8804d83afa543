// Answers under status 200 that are not what the protocol says, and transports that fail.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_google::testing;
using Json = nlohmann::json;

TEST_CASE("members of another type are named") {
  const std::pair<std::string, const char*> cases[] = {
      {"[]", "expected an object at the top, found an array"},
      {"nonsense", "in \"nonsense\""},
      {R"({"candidates":{}})", "expected an array at candidates, found an object"},
      {R"({"candidates":[7]})", "expected an object at candidates[], found a number"},
      {R"({"candidates":[{"content":"a"}]})", "expected an object at candidates[].content, found a string"},
      {R"({"candidates":[{"content":{"parts":{}}}]})", "expected an array at candidates[].content.parts"},
      {R"({"candidates":[{"finishReason":1}]})", "expected a string at candidates[].finishReason, found a number"},
      {R"({"candidates":[{"index":0.5}]})", "expected an integer at candidates[].index"},
      {parts_frame(R"("a")"), "expected an object at candidates[].content.parts[], found a string"},
      {parts_frame(R"({"text":5})"), "expected a string at candidates[].content.parts[].text, found a number"},
      {parts_frame(R"({"text":"a","thought":"yes"})"), "expected a boolean at candidates[].content.parts[].thought"},
      {parts_frame(R"({"thoughtSignature":[]})"), "expected a string at candidates[].content.parts[].thoughtSignature"},
      {R"({"promptFeedback":[]})", "expected an object at promptFeedback, found an array"},
      {R"({"promptFeedback":{"blockReason":4}})", "expected a string at promptFeedback.blockReason"},
      {R"({"usageMetadata":[]})", "expected an object at usageMetadata, found an array"},
      {R"({"usageMetadata":{}} {)", "expected a JSON object"},
      {R"({"usageMetadata":{})", "expected a JSON object"},
  };
  for (const auto& [frame, message_part] : cases) {
    const Result result = exchange_frames(Plugin(), {frame});
    INFO(frame << " -> " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.message.starts_with("https://generativelanguage.googleapis.com/v1beta sent a broken answer: "));
    CHECK(result.message.find(message_part) != std::string::npos);
    CHECK(result.detail_json == R"({"retryable":false})");
    CHECK(result.events.empty());
  }
}

TEST_CASE("a stream without finishReason ended early") {
  const Result result = exchange_frames(Plugin(), {parts_frame(R"({"text":"a"})")});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message ==
        "the stream ended early: https://generativelanguage.googleapis.com/v1beta sent no finishReason");
  CHECK(result.detail_json == R"({"retryable":true})");
  CHECK(result.events == std::vector<std::string>{"text:a"});
}

TEST_CASE("invalid UTF-8 and half a surrogate pair are not passed on") {
  const Result bytes = exchange_frames(Plugin(), {parts_frame("{\"text\":\"\xc3\x28\"}")});
  CHECK(bytes.status == PLATOS_INTERNAL);
  CHECK(bytes.message.find("expected UTF-8, found other bytes") != std::string::npos);
  CHECK(bytes.message.find('\xc3') == std::string::npos);
  const Result half = exchange_frames(Plugin(), {parts_frame(R"({"text":"\ud83d"})")});
  CHECK(half.status == PLATOS_INTERNAL);
  CHECK(half.events.empty());
}

TEST_CASE("errors inside an answer have the code and the advice of their number") {
  struct Case {
    int number;
    const char* word;
    std::int32_t status;
    bool retryable;
  };
  const Case cases[] = {{400, "INVALID_ARGUMENT", PLATOS_INVALID_ARGUMENT, false},
                        {403, "PERMISSION_DENIED", PLATOS_PERMISSION_DENIED, false},
                        {404, "NOT_FOUND", PLATOS_NOT_FOUND, false},
                        {429, "RESOURCE_EXHAUSTED", PLATOS_RESOURCE_EXHAUSTED, true},
                        {500, "INTERNAL", PLATOS_UNAVAILABLE, true},
                        {503, "UNAVAILABLE", PLATOS_UNAVAILABLE, true},
                        {504, "DEADLINE_EXCEEDED", PLATOS_DEADLINE, true}};
  for (const Case& tried : cases) {
    const std::string frame =
        R"({"error":{"code":)" + std::to_string(tried.number) + R"(,"message":"m","status":")" + tried.word + R"("}})";
    const Result result = exchange_frames(Plugin(), {parts_frame(R"({"text":"a"})"), frame});
    INFO(frame << " -> " << result.message << " " << result.detail_json);
    CHECK(result.status == tried.status);
    CHECK(Json::parse(result.detail_json) == Json{{"retryable", tried.retryable}, {"provider_code", tried.word}});
    CHECK(result.events == std::vector<std::string>{"text:a"});
  }
}

TEST_CASE("a delay and a reason inside an answer count as well") {
  const Result quota = exchange_frames(Plugin(), {R"({"error":{"code":429,"message":"m","details":[
      {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"}]}})"});
  CHECK(Json::parse(quota.detail_json)["retry_after_ms"] == 2000);
  const Result key = exchange_frames(Plugin(), {R"({"error":{"code":400,"message":"m","details":[
      {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})"});
  CHECK(key.status == PLATOS_UNAUTHENTICATED);
}

TEST_CASE("nesting half a million levels deep costs no stack") {
  constexpr int kLevels = 500000;
  const std::string deep = std::string(kLevels, '[') + std::string(kLevels, ']');
  CHECK(broken_promise(exchange_frames(Plugin(), {R"({"novelty":)" + deep + "}", finish_frame("STOP")})).empty());
  const std::string call = R"({"functionCall":{"name":"f","args":{"a":)" + deep + "}}}";
  CHECK(broken_promise(exchange_frames(Plugin(), {parts_frame(call), finish_frame("STOP")})).empty());
  const std::string error = R"({"error":{"code":400,"message":"m","details":)" + deep + "}}";
  CHECK(broken_promise(exchange_frames(Plugin(), {error})).empty());
}

TEST_CASE("a transport that fails before the end") {
  const Plugin plugin;
  const std::string body = "data: " + parts_frame(R"({"text":"a"})") + "\n\n";
  const Result lost = exchange(plugin, {.pieces = {body}, .transport_status = PLATOS_UNAVAILABLE});
  CHECK(lost.status == PLATOS_UNAVAILABLE);
  CHECK(lost.message ==
        "the connection to https://generativelanguage.googleapis.com/v1beta failed before the answer was complete");
  CHECK(lost.detail_json == R"({"retryable":true})");
  CHECK(lost.events == std::vector<std::string>{"text:a"});
  const Result late = exchange(plugin, {.pieces = {body}, .transport_status = PLATOS_DEADLINE});
  CHECK(late.status == PLATOS_DEADLINE);
}

TEST_CASE("an answer of another content type is named when it gave no frame") {
  const Result result =
      exchange(Plugin(), {.headers = {{"content-type", "application/json"}}, .pieces = {"[{\"candidates\": []}]"}});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message.ends_with("expected text/event-stream, found application/json"));
}
