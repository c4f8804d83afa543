#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_openai::testing;

namespace {

constexpr const char* kContentStart = R"({"choices":[{"index":0,"delta":{"content":")";

std::string content_frame(const std::string& text) { return kContentStart + text + "\"}}]}"; }

std::string finish_frame(const std::string& reason) {
  return R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + "\"}]}";
}

}  // namespace

TEST_CASE("token counts with their details; those that were not told are -1") {
  const Plugin plugin;
  const std::string text = recorded("openai_text.sse");
  CHECK(exchange(plugin, {.pieces = {text}}).usages == std::vector<std::string>{"14/9/4/2"});
  CHECK(exchange_frames(plugin, {R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":null}})", "[DONE]"})
            .usages == std::vector<std::string>{"3/-1/-1/-1"});
}

TEST_CASE("finish reasons become stop reasons") {
  const std::pair<const char*, const char*> cases[] = {
      {"stop", "stop:1"}, {"length", "stop:3"},     {"model_length", "stop:3"}, {"content_filter", "stop:4"},
      {"eos", "stop:1"},  {"tool_calls", "stop:1"}, {"unheard_of", "stop:5"}};
  for (const auto& [reason, event] : cases) {
    INFO(reason);
    CHECK(exchange_frames(Plugin(), {finish_frame(reason)}).events == std::vector<std::string>{event});
  }
}

TEST_CASE("the older function_call is a tool call") {
  const Result result = exchange_frames(
      Plugin(), {R"({"choices":[{"delta":{"function_call":{"name":"f","arguments":""}}}]})",
                 R"({"choices":[{"delta":{"function_call":{"arguments":"{\"a\""}}}]})",
                 R"({"choices":[{"delta":{"function_call":{"arguments":":1}"}}}]})", finish_frame("function_call")});
  CHECK(result.events.front() == "tool_begin:0:call_0:f");
  CHECK(result.joined("tool_args:0:") == R"({"a":1})");
  CHECK(result.events.back() == "stop:2");
}

TEST_CASE("[DONE] ends an answer without finish reason, and nothing after it counts") {
  const Result result = exchange_frames(Plugin(), {content_frame("a"), "[DONE]", content_frame("b"), "[DONE]", "{"});
  CHECK(result.done);
  CHECK(result.events == std::vector<std::string>{"text:a", "stop:1"});
}

TEST_CASE("pieces and counts may follow the finish reason") {
  const Result result =
      exchange_frames(Plugin(), {finish_frame("stop"), content_frame("late"), R"({"choices":[],"usage":null})"});
  CHECK(result.events == std::vector<std::string>{"text:late", "stop:1"});
}

TEST_CASE("only the first choice is read") {
  const Result result = exchange_frames(
      Plugin(), {R"({"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]})", "[DONE]"});
  CHECK(result.joined("text:") == "a");
}

TEST_CASE("reasoning under two names is sent once, and before the text") {
  const Result result = exchange_frames(
      Plugin(), {R"({"choices":[{"delta":{"content":"say","reasoning":"think","reasoning_content":"think"}}]})",
                 R"({"choices":[{"delta":{"reasoning":"more","reasoning_content":""}}]})", "[DONE]"});
  CHECK(result.events == std::vector<std::string>{"reasoning:think", "text:say", "reasoning:more", "stop:1"});
}

TEST_CASE("empty frames and frames of another kind are passed over") {
  const Result result = exchange_frames(Plugin(), {"", "  ", R"({"ping":1})", R"({"choices":null})", "[DONE]"});
  CHECK(result.events == std::vector<std::string>{"stop:1"});
}

TEST_CASE("a failing transport after the finish reason takes nothing back") {
  const std::string body = "data: " + finish_frame("stop") + "\n\n";
  const Result result = exchange(Plugin(), {.pieces = {body}, .transport_status = PLATOS_UNAVAILABLE});
  CHECK(result.done);
  CHECK(result.events == std::vector<std::string>{"stop:1"});
}

TEST_CASE("a renamed tool comes back under its own name, and made-up ids go on counting") {
  const Plugin plugin;
  const std::string answer =
      "data: " + std::string(R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":"screen_shot_2",)") +
      R"("arguments":"{}"}}]},"finish_reason":"tool_calls"}]})" + "\n\n";
  const Result result = exchange(plugin, {.pieces = {answer}}, recorded("requests/conversation.request.json"));
  CHECK(result.events.front() == "tool_begin:0:call_2:screen.shot");
}

TEST_CASE("a sink that refuses ends the exchange with its status") {
  const Plugin plugin;
  const auto& provider = plugin.instance.table<platos_provider_t>(PLATOS_PROVIDER_INTERFACE);
  const platos_event_sink_t sink = {sizeof sink, 0, nullptr,
                                    [](void*, const platos_event_t*) -> std::int32_t { return PLATOS_CANCELLED; }};
  platos_call_t call;
  platos_error_t error;
  platos_exchange_t* exchange = nullptr;
  platos_step_t step{};
  using platos::sdk::slice;
  REQUIRE(provider.begin(plugin.instance.handle(), &call, slice(kStreamRequest), &exchange, &error) == PLATOS_OK);
  REQUIRE(provider.next(exchange, &step, &sink, &error) == PLATOS_OK);
  REQUIRE(provider.on_head(exchange, 200, nullptr, 0, &error) == PLATOS_OK);
  CHECK(provider.on_frame(exchange, {}, slice(content_frame("a")), &sink, &error) == PLATOS_CANCELLED);
  provider.end(exchange);
}
