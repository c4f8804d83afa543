// Calls of tools, which come whole and mostly without an id.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_google::testing;
using Frames = std::vector<std::string>;

namespace {

std::string call_part(const std::string& name, const std::string& members = {}) {
  return R"({"functionCall":{"name":")" + name + "\"" + members + "}}";
}

Frames events_of(const Frames& frames, std::string_view request = {}) {
  std::string body;
  for (const std::string& frame : frames) body += "data: " + frame + "\n\n";
  return exchange(Plugin(), {.pieces = {body}}, request).events;
}

}  // namespace

TEST_CASE("calls want results, unless the answer was cut or refused") {
  for (const auto& [reason, stop] : {std::pair("STOP", "stop:2"), std::pair("MAX_TOKENS", "stop:3"),
                                     std::pair("SAFETY", "stop:4"), std::pair("OTHER", "stop:5")}) {
    CHECK(events_of({parts_frame(call_part("f")), finish_frame(reason)}).back() == stop);
  }
}

TEST_CASE("arguments are handed on as they stand, and none are an empty object") {
  const auto arguments = [](const std::string& members) {
    return exchange_frames(Plugin(), {parts_frame(call_part("f", members)), finish_frame("STOP")})
        .joined("tool_args:0:");
  };
  CHECK(arguments(R"(,"args": {"a" : 18446744073709551616} )") == R"({"a" : 18446744073709551616})");
  CHECK(arguments(R"(,"args":{})") == "{}");
  CHECK(arguments(R"(,"args":null)") == "{}");
  CHECK(arguments("") == "{}");
}

TEST_CASE("ids that are made up go on counting through the conversation") {
  const std::string request = R"({"v":1,"model":"m","messages":[{"role":"assistant","content":[],"tool_calls":[
      {"id":"call_0","name":"f","arguments":{}},{"id":"call_1","name":"f","arguments":{}}]}]})";
  const Frames events = events_of({parts_frame(call_part("f") + "," + call_part("g", R"(,"id":"own")")),
                                   parts_frame(call_part("h")), finish_frame("STOP")},
                                  request);
  CHECK(events == Frames{"tool_begin:0:call_2:f", "tool_args:0:{}", "tool_end:0", "tool_begin:1:own:g",
                         "tool_args:1:{}", "tool_end:1", "tool_begin:2:call_4:h", "tool_args:2:{}", "tool_end:2",
                         "stop:2"});
}

TEST_CASE("tool names come back as the host wrote them") {
  const std::string request = R"({"v":1,"model":"m","messages":[],"tools":[{"name":"a.b","input_schema":{}}]})";
  CHECK(events_of({parts_frame(call_part("a_b")), finish_frame("STOP")}, request).front() == "tool_begin:0:call_0:a.b");
}

TEST_CASE("the answer's tool gives text, once, and no call") {
  const std::string request = R"({"v":1,"model":"m","messages":[],"response_schema":{"type":"object"},
      "tools":[{"name":"f","input_schema":{}}]})";
  const std::string answer = call_part("give_answer", R"(,"args":{"a":1})");
  CHECK(events_of(
            {parts_frame(answer), parts_frame(call_part("give_answer", R"(,"args":{"a":2})")), finish_frame("STOP")},
            request) == Frames{R"(text:{"a":1})", "stop:1"});
  CHECK(events_of({parts_frame(call_part("give_answer")), finish_frame("STOP")}, request) ==
        Frames{"text:{}", "stop:1"});
  CHECK(events_of({parts_frame(answer), finish_frame("STOP")}).front() == "tool_begin:0:call_0:give_answer");
}

TEST_CASE("an answer beside calls is dropped, because it does not know their results") {
  const std::string request = R"({"v":1,"model":"m","messages":[],"response_schema":{"type":"object"},
      "tools":[{"name":"f","input_schema":{}}]})";
  CHECK(events_of({parts_frame(call_part("give_answer") + "," + call_part("f")), finish_frame("STOP")}, request) ==
        Frames{"tool_begin:0:call_0:f", "tool_args:0:{}", "tool_end:0", "stop:2"});
}

TEST_CASE("a call without a name, or with arguments that are no object, is broken") {
  for (const char* call : {R"({"args":{}})", R"({"name":"","args":{}})", R"({"name":7})", R"({"name":"f","args":"{}"})",
                           R"({"name":"f","args":[]})", R"({"name":"f","id":7})"}) {
    const Result result = exchange_frames(
        Plugin(), {parts_frame(R"({"text":"a"},{"functionCall":)" + std::string(call) + "}"), finish_frame("STOP")});
    INFO(call << " -> " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.events.empty());
  }
}

TEST_CASE("the number of calls has a bound") {
  std::string calls = call_part("f");
  for (int i = 1; i < 128; ++i) calls += "," + call_part("f");
  CHECK(exchange_frames(Plugin(), {parts_frame(calls), finish_frame("STOP")}).done);
  const Result result = exchange_frames(Plugin(), {parts_frame(calls), parts_frame(call_part("f"))});
  CHECK(result.message.find("expected at most 128 calls") != std::string::npos);
  CHECK(broken_promise(result).empty());
}
