#include "tool_calls.hpp"

#include <catch2/catch.hpp>

#include "driver.hpp"

using namespace platos::provider_openai::testing;

namespace {

std::string calls_frame(const std::string& calls) {
  return R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + calls + "]}}]}";
}

Result run_calls(const std::vector<std::string>& calls) {
  std::vector<std::string> frames;
  for (const std::string& call : calls) frames.push_back(calls_frame(call));
  frames.push_back("[DONE]");
  return exchange_frames(Plugin(), frames);
}

using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("whole calls that all have index 0 stay apart by their ids") {
  CHECK(run_calls({R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}})",
                   R"({"index":0,"id":"b","function":{"name":"g","arguments":"[]"}})",
                   R"({"index":0,"function":{"arguments":" "}})"})
            .events == Calls{"tool_begin:0:a:f", "tool_args:0:{}", "tool_begin:1:b:g", "tool_args:1:[]",
                             "tool_args:1: ", "tool_end:0", "tool_end:1", "stop:2"});
}

TEST_CASE("a new id without a name, and a repeated name, continue the call of their index") {
  CHECK(run_calls({R"({"index":4,"id":"a","function":{"name":"f","arguments":"{"}})",
                   R"({"index":4,"id":"other","function":{"name":null,"arguments":"}"}})",
                   R"({"index":4,"function":{"name":"f","arguments":" "}})"})
            .events ==
        Calls{"tool_begin:0:a:f", "tool_args:0:{", "tool_args:0:}", "tool_args:0: ", "tool_end:0", "stop:2"});
}

TEST_CASE("calls without index are told apart by their ids") {
  CHECK(
      run_calls({R"({"id":"a","function":{"name":"f","arguments":"1"}})",
                 R"({"id":"b","function":{"name":"g","arguments":"2"}})", R"({"id":"a","function":{"arguments":"3"}})"})
          .events == Calls{"tool_begin:0:a:f", "tool_args:0:1", "tool_begin:1:b:g", "tool_args:1:2", "tool_args:0:3",
                           "tool_end:0", "tool_end:1", "stop:2"});
}

TEST_CASE("a call begins when its name is known; arguments before it are kept") {
  CHECK(run_calls({R"({"index":0,"id":"a","function":{"arguments":"{\"x\""}})",
                   R"({"index":0,"function":{"arguments":":"}})",
                   R"({"index":0,"function":{"name":"f","arguments":"1}"}})"})
            .events == Calls{"tool_begin:0:a:f", R"(tool_args:0:{"x":)", "tool_args:0:1}", "tool_end:0", "stop:2"});
}

TEST_CASE("a call without arguments, or with white space only, gets an empty object") {
  CHECK(run_calls({R"({"index":0,"id":"a","function":{"name":"f","arguments":" \n"}})"}).joined("tool_args:0:") ==
        " \n{}");
  CHECK(run_calls({R"({"index":0,"id":"a","function":{"name":"f","arguments":null}})"}).joined("tool_args:0:") == "{}");
}

TEST_CASE("tool calls that make no sense are refused") {
  const Result nameless = run_calls({R"({"index":0,"id":"a","function":{"arguments":"{}"}})"});
  CHECK(nameless.status == PLATOS_INTERNAL);
  CHECK(nameless.message.find("expected the name of a tool, found none") != std::string::npos);
  CHECK(nameless.stops() == 0);
  const Result orphan = run_calls({R"({"function":{"arguments":"{}"}})"});
  CHECK(orphan.status == PLATOS_INTERNAL);
  CHECK(orphan.message.find("found arguments without index, id and name") != std::string::npos);
}

TEST_CASE("the number of calls, and what is kept before a name, have bounds") {
  std::vector<std::string> many;
  for (int i = 0; i < 128; ++i) many.push_back(R"({"index":)" + std::to_string(i) + R"(,"function":{"name":"f"}})");
  CHECK(run_calls(many).done);
  many.push_back(R"({"index":128,"function":{"name":"f"}})");
  CHECK(run_calls(many).status == PLATOS_INTERNAL);
  const std::string half(600 * 1024, 'x');
  const std::string early = R"({"index":0,"function":{"arguments":")" + half + "\"}}";
  CHECK(run_calls({early, early}).status == PLATOS_INTERNAL);
}
