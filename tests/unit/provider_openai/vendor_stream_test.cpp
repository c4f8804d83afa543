// Recorded streams of each vendor, read with the configuration that ships for it.
#include <catch2/catch.hpp>

#include "contract/stream_contract.hpp"
#include "driver.hpp"
#include "shipped_instance.hpp"

using namespace platos::provider_openai::testing;
using platos::tests::Recording;

namespace {

constexpr const char* kToolRequest = R"({"v":1,"model":"m","stream":true,
    "messages":[{"role":"user","content":[{"type":"text","text":"Weather?"}]}],
    "tools":[{"name":"get_weather","input_schema":{"type":"object"}},{"name":"get_time","input_schema":{}}]})";

Recording recording_of(const std::string& vendor, const std::string& name) {
  return platos::tests::recording(PROVIDER_OPENAI_RECORDED "/vendors/" + vendor, name);
}

void check_stream(const std::string& vendor, const Recording& stream, std::string_view request) {
  INFO(vendor << " " << stream.name);
  const Plugin plugin(usable(vendor).config_json());
  const auto whole = run_exchange(plugin.instance, request, 200, {stream.body});
  INFO(whole.error.message);
  CHECK(whole.done);
  CHECK(whole.events == stream.events);
  CHECK(run_exchange(plugin.instance, request, 200, bytes_of(stream.body)).events == stream.events);
}

}  // namespace

TEST_CASE("every vendor's text gives its events") {
  for (const std::string& vendor : shipped_names()) check_stream(vendor, recording_of(vendor, "text"), kStreamRequest);
}

TEST_CASE("the tool calls of every vendor that has them give their events") {
  for (const std::string& vendor : shipped_names()) {
    if (usable(vendor).config.value("tools", true)) check_stream(vendor, recording_of(vendor, "tools"), kToolRequest);
  }
}

TEST_CASE("the last counts of every vendor's text: input, output, cached, reasoning") {
  const std::pair<const char*, const char*> counts[] = {
      {"azure", "20/3/0/0"},       {"cerebras", "41/4/0/-1"},   {"deepseek", "70/12/64/9"}, {"fireworks", "12/3/0/-1"},
      {"groq", "36/7/-1/-1"},      {"mistral", "9/3/-1/-1"},    {"ollama", "14/5/-1/-1"},   {"openai", "9/3/4/0"},
      {"openrouter", "8/11/-1/5"}, {"perplexity", "6/5/-1/-1"}, {"together", "38/3/-1/-1"}, {"xai", "32/103/6/94"},
  };
  for (const auto& [vendor, usage] : counts) {
    INFO(vendor);
    const Recording stream = recording_of(vendor, "text");
    const Result result = exchange(Plugin(usable(vendor).config_json()), {.pieces = {stream.body}});
    REQUIRE_FALSE(result.usages.empty());
    CHECK(result.usages.back() == usage);
  }
}

TEST_CASE("a message beside the delta is not said again, whichever comes first; alone it is") {
  const auto text_of = [](const std::string& choice) {
    return exchange_frames(Plugin(), {R"({"choices":[{)" + choice + "}]}", "[DONE]"}).joined("text:");
  };
  CHECK(text_of(R"("message":{"content":"ab"},"delta":{"content":"b"})") == "b");
  CHECK(text_of(R"("delta":{"content":"b"},"message":{"content":"ab"})") == "b");
  CHECK(text_of(R"("delta":{"content":""},"message":{"content":"ab"})").empty());
  CHECK(text_of(R"("delta":null,"message":{"content":"ab"})") == "ab");
}

TEST_CASE("a message beside the delta leaves no refusal and no tool call behind") {
  const Result result = exchange_frames(
      Plugin(), {R"({"choices":[{"message":{"refusal":"no","tool_calls":[{"id":"a","function":{"name":"f"}}]},)"
                 R"("delta":{"content":"yes"},"finish_reason":"stop"}]})"});
  CHECK(result.events == std::vector<std::string>{"text:yes", "stop:1"});
}

TEST_CASE("reasoning tokens are added where the total says that they were left out, and only there") {
  const auto usage_of = [](const std::string& counts) {
    return exchange_frames(Plugin(), {R"({"choices":[],"usage":{)" + counts + "}}", "[DONE]"}).usages.at(0);
  };
  const std::string details = R"(,"completion_tokens_details":{"reasoning_tokens":4})";
  CHECK(usage_of(R"("prompt_tokens":3,"completion_tokens":2,"total_tokens":9)" + details) == "3/6/-1/4");
  CHECK(usage_of(R"("prompt_tokens":3,"completion_tokens":6,"total_tokens":9)" + details) == "3/6/-1/4");
  CHECK(usage_of(R"("prompt_tokens":3,"completion_tokens":2)" + details) == "3/2/-1/4");
  CHECK(usage_of(R"("total_tokens":9)" + details) == "-1/-1/-1/4");
  const std::string most = "9223372036854775807";
  CHECK(usage_of(R"("prompt_tokens":)" + most + R"(,"completion_tokens":)" + most + R"(,"total_tokens":-5)" +
                 details) == "1000000000000/1000000000000/-1/4");
}

TEST_CASE("an id that is the word null is none") {
  const Result result = exchange_frames(
      Plugin(), {R"({"choices":[{"delta":{"tool_calls":[{"id":"null","function":{"name":"f","arguments":"{}"}},)"
                 R"({"id":"null","function":{"name":"g","arguments":"{}"}}]}}]})",
                 "[DONE]"});
  CHECK(result.events.at(0) == "tool_begin:0:call_0:f");
  CHECK(result.events.at(2) == "tool_begin:1:call_1:g");
}

TEST_CASE("an answer that a vendor without resources broke off is a failure") {
  const Result result = exchange_frames(
      Plugin(), {R"({"choices":[{"delta":{},"finish_reason":"insufficient_system_resource"}]})", "[DONE]"});
  CHECK(result.status == PLATOS_UNAVAILABLE);
  CHECK(result.message.ends_with("finish_reason is insufficient_system_resource"));
  CHECK(result.stops() == 0);
}
