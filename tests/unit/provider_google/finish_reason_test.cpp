#include "finish_reason.hpp"

#include <catch2/catch.hpp>

#include "driver.hpp"

using namespace platos::provider_google::testing;

TEST_CASE("finish reasons become stop reasons") {
  const std::pair<const char*, const char*> cases[] = {
      {"STOP", "stop:1"},      {"MAX_TOKENS", "stop:3"},          {"SAFETY", "stop:4"}, {"RECITATION", "stop:4"},
      {"BLOCKLIST", "stop:4"}, {"PROHIBITED_CONTENT", "stop:4"},  {"SPII", "stop:4"},   {"IMAGE_SAFETY", "stop:4"},
      {"LANGUAGE", "stop:5"},  {"TOO_MANY_TOOL_CALLS", "stop:5"}, {"OTHER", "stop:5"},  {"SOMETHING_NEW", "stop:5"}};
  for (const auto& [reason, event] : cases) {
    INFO(reason);
    CHECK(exchange_frames(Plugin(), {finish_frame(reason)}).events == std::vector<std::string>{event});
  }
}

TEST_CASE("a call that the model got wrong is no answer, and may be tried again") {
  for (const std::string reason : {"MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL"}) {
    const Result result = exchange_frames(Plugin(), {finish_frame(reason)});
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.message ==
          "https://generativelanguage.googleapis.com/v1beta broke off its answer: finishReason is " + reason);
    CHECK(result.detail_json == R"({"retryable":true})");
    CHECK(result.events.empty());
  }
}

TEST_CASE("a signature that the vendor misses is not found by asking again") {
  const Result result = exchange_frames(Plugin(), {finish_frame("MISSING_THOUGHT_SIGNATURE")});
  CHECK(result.status == PLATOS_INVALID_ARGUMENT);
  CHECK(result.detail_json == R"({"retryable":false})");
}

TEST_CASE("the vendor's words for its reason are bounded, clean and without keys") {
  const auto message_of = [](const std::string& finish_message) {
    const Result result = exchange_frames(
        Plugin(),
        {R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":")" + finish_message + "\"}]}"});
    CHECK(broken_promise(result).empty());
    return result.message;
  };
  CHECK(message_of("print(f(1))").ends_with("finishReason is MALFORMED_FUNCTION_CALL, \"print(f(1))\""));
  CHECK(message_of("a\\nb AIzaSy0123456789").ends_with("\"a b AIza***\""));
  std::string long_text;
  for (int i = 0; i < 300; ++i) long_text += "\xf0\x9f\x98\x80";
  CHECK(message_of(long_text).ends_with(long_text.substr(0, 400) + "...\""));
}
