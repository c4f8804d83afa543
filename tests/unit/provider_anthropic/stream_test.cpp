#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_anthropic::testing;
using Frames = std::vector<std::string>;

namespace {

constexpr const char* kStop = R"({"type":"message_stop"})";

std::string start_frame(const std::string& block, int index = 0) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) + R"(,"content_block":)" + block + "}";
}

std::string delta_frame(const std::string& delta, int index = 0) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" + delta + "}";
}

std::string stop_frame(int index = 0) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

std::string end_frame(const std::string& reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason + "\"}}";
}

std::string call_block(const std::string& name, const std::string& input = "{}") {
  return R"({"type":"tool_use","id":"i","name":")" + name + R"(","input":)" + input + "}";
}

Frames events_of(const Frames& frames, std::string_view request = {}) {
  std::string body;
  for (const std::string& frame : frames) body += "data: " + frame + "\n\n";
  return exchange(Plugin(), {.pieces = {body}}, request).events;
}

}  // namespace

TEST_CASE("token counts add up to what was read, and the last one told wins") {
  const Plugin plugin;
  const std::string text = recorded("text.sse");
  CHECK(exchange(plugin, {.pieces = {text}}).usages == Frames{"2585/1/512/-1", "2585/15/512/-1"});
  const std::string unknown = recorded("unknown.sse");
  CHECK(exchange(plugin, {.pieces = {unknown}}).usages == Frames{"9/1/0/-1", "1000/40/100/-1"});
  CHECK(exchange_frames(plugin, {R"({"type":"message_delta","delta":{},"usage":{"output_tokens":3}})", kStop}).usages ==
        Frames{"-1/3/-1/-1"});
}

TEST_CASE("counts that are no counts are passed over, however large") {
  const auto usages = [](const std::string& usage) {
    return exchange_frames(Plugin(), {R"({"type":"message_delta","delta":{},"usage":)" + usage + "}", kStop}).usages;
  };
  CHECK(usages(R"({"input_tokens":1e400,"output_tokens":99999999999999999999})").empty());
  CHECK(usages(R"({"input_tokens":"7","output_tokens":0.5,"cache_read_input_tokens":null})").empty());
  CHECK(usages(R"({"input_tokens":-7})").empty());
  CHECK(usages("[]").empty());
  CHECK(usages(R"({"input_tokens":9223372036854775807,"cache_creation_input_tokens":9223372036854775807,
      "cache_read_input_tokens":9223372036854775807})") == Frames{"3000000000000/-1/1000000000000/-1"});
}

TEST_CASE("stop reasons") {
  const std::pair<const char*, const char*> cases[] = {{"end_turn", "stop:1"},
                                                       {"stop_sequence", "stop:1"},
                                                       {"tool_use", "stop:1"},
                                                       {"max_tokens", "stop:3"},
                                                       {"model_context_window_exceeded", "stop:3"},
                                                       {"refusal", "stop:4"},
                                                       {"pause_turn", "stop:5"},
                                                       {"something_new", "stop:5"}};
  for (const auto& [reason, event] : cases) {
    INFO(reason);
    CHECK(exchange_frames(Plugin(), {end_frame(reason), kStop}).events == Frames{event});
    CHECK(exchange_frames(Plugin(), {end_frame(reason)}).events == Frames{event});
  }
  CHECK(exchange_frames(Plugin(), {kStop}).events == Frames{"stop:1"});
}

TEST_CASE("calls want results, whatever reason is given") {
  for (const char* reason : {"tool_use", "end_turn"}) {
    CHECK(events_of({start_frame(call_block("f")), stop_frame(), end_frame(reason), kStop}).back() == "stop:2");
  }
  CHECK(events_of({start_frame(call_block("f")), stop_frame(), end_frame("max_tokens"), kStop}).back() == "stop:3");
}

TEST_CASE("arguments may come with the start, in pieces, or not at all") {
  const auto arguments = [](const std::string& input, const Frames& pieces) {
    Frames frames = {start_frame(call_block("f", input))};
    for (const auto& piece : pieces) {
      frames.push_back(delta_frame(R"({"type":"input_json_delta","partial_json":")" + piece + "\"}"));
    }
    frames.push_back(stop_frame());
    frames.push_back(kStop);
    return exchange_frames(Plugin(), frames).joined("tool_args:0:");
  };
  CHECK(arguments(R"({"a": 1})", {}) == R"({"a": 1})");
  CHECK(arguments(R"({"a": 1})", {"{", "}"}) == "{}");
  CHECK(arguments("{ }", {}) == "{}");
  CHECK(arguments("null", {""}) == "{}");
  CHECK(arguments("{}", {" "}) == " {}");
}

TEST_CASE("tool names come back as the host wrote them") {
  const std::string request = R"({"v":1,"model":"m","messages":[],"tools":[{"name":"a.b","input_schema":{}}]})";
  CHECK(events_of({start_frame(call_block("a_b")), stop_frame(), kStop}, request).front() == "tool_begin:0:i:a.b");
}

TEST_CASE("the answer's tool gives text, once, and no call") {
  const std::string request = R"({"v":1,"model":"m","messages":[],"response_schema":{"type":"object"}})";
  const std::string block = call_block("give_answer");
  CHECK(events_of({start_frame(block), delta_frame(R"({"type":"input_json_delta","partial_json":"{\"a\""})"),
                   delta_frame(R"({"type":"input_json_delta","partial_json":":1}"})"), stop_frame(),
                   start_frame(block, 1), delta_frame(R"({"type":"input_json_delta","partial_json":"{}"})", 1),
                   stop_frame(1), end_frame("tool_use"), kStop},
                  request) == Frames{"text:{\"a\"", "text::1}", "stop:1"});
  CHECK(events_of({start_frame(block), stop_frame(), end_frame("tool_use"), kStop}, request) ==
        Frames{"text:{}", "stop:1"});
  CHECK(events_of({start_frame(call_block("other")), stop_frame(), end_frame("tool_use"), kStop}, request).back() ==
        "stop:2");
  CHECK(events_of({start_frame(block), stop_frame(), kStop}).front() == "tool_begin:0:i:give_answer");
}

TEST_CASE("a thought without signature is heard, but not kept") {
  CHECK(events_of({start_frame(R"({"type":"thinking","thinking":"a"})"),
                   delta_frame(R"({"type":"thinking_delta","thinking":"b"})"), stop_frame(), kStop}) ==
        Frames{"reasoning:a", "reasoning:b", "stop:1"});
}

TEST_CASE("a kept thought can be put into the next request as it is, and goes out as it came in") {
  const Result result = exchange(Plugin(), {.pieces = {recorded("thinking.sse")}});
  std::string content;
  for (const std::string& event : result.events) {
    if (event.starts_with("extra:")) content += (content.empty() ? "" : ",") + event.substr(6);
  }
  const Plugin plugin;
  const auto next = run_exchange(plugin.instance,
                                 R"({"v":1,"model":"m","messages":[{"role":"assistant","content":[)" + content + "]}]}",
                                 200, {"data: {\"type\":\"message_stop\"}\n\n"});
  CHECK(nlohmann::json::parse(next.body)["messages"][0]["content"] == nlohmann::json::parse(R"([
      {"type":"thinking","thinking":"27 * 453:\n\"12231\"","signature":"EqQBCgIYAhIM1gbcDa9=="},
      {"type":"redacted_thinking","data":"EmwKAhgBEgy3va3p"}])"));
}
