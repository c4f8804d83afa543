#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/call_batch.hpp"
#include "tools/call_memory.hpp"

namespace platos::tools {
namespace {

model::ToolCall batch(const std::string& arguments) { return {"call_1", "", kExecuteTools, arguments}; }

model::ToolOutcome outcome(const std::string& result, const std::string& code = {}) {
  model::ToolOutcome made;
  made.call_id = "call_1.1";
  made.result_json = result;
  made.is_error = !code.empty();
  made.code = code;
  return made;
}

}  // namespace

TEST_CASE("execute_tools names its calls in any of the ways that clients write them") {
  const auto parts = parts_of(batch(R"({"calls":[{"tool":"a","params":{"x":1}},{"name":"b","args":{"y":2}},
    {"tool":"c","arguments":{"z":3}},{"tool":"d"}]})"));
  REQUIRE(parts);
  REQUIRE(parts->size() == 4);
  CHECK((*parts)[0].call_id == "call_1.1");
  CHECK((*parts)[3].call_id == "call_1.4");
  CHECK((*parts)[1].model_name == "b");
  CHECK((*parts)[1].arguments_json == R"({"y":2})");
  CHECK((*parts)[2].arguments_json == R"({"z":3})");
  CHECK((*parts)[3].arguments_json == "{}");
}

TEST_CASE("a batch that is none says what is wrong with it") {
  std::string long_list = R"({"calls":[)";
  for (int i = 0; i < 33; ++i) long_list += std::string(i == 0 ? "" : ",") + R"({"tool":"a"})";
  const std::pair<std::string, std::string> rows[] = {{"nothing", "the arguments"},
                                                      {"[]", "calls must be"},
                                                      {"{}", "calls must be"},
                                                      {R"({"calls":[]})", "calls must be"},
                                                      {R"({"calls":{}})", "calls must be"},
                                                      {long_list + "]}", "1 to 32"},
                                                      {R"({"calls":[5]})", "calls[0]"},
                                                      {R"({"calls":[{"tool":"a"},{}]})", "calls[1].tool"},
                                                      {R"({"calls":[{"tool":7}]})", "calls[0]"}};
  for (const auto& [arguments, wanted] : rows) {
    CAPTURE(arguments.substr(0, 60));
    const auto parts = parts_of(batch(arguments));
    REQUIRE_FALSE(parts);
    CHECK(parts.error().code == "invalid_arguments");
    CHECK(parts.error().message.find(wanted) != std::string::npos);
  }
}

TEST_CASE("the outcome of a batch tells each part's own") {
  const model::ToolCall call = batch("{}");
  const auto joined = joined_outcome(call, {{"call_1.1", "", "a", "{}"}, {"call_1.2", "", "b", "{}"}},
                                     {outcome("5"), outcome("\"no\"", "tool_failed")});
  const auto json = nlohmann::json::parse(joined.result_json);
  CHECK_FALSE(joined.is_error);
  CHECK(json["results"][0]["status"] == "success");
  CHECK(json["results"][0]["result"] == 5);
  CHECK(json["results"][1]["status"] == "failed");
  CHECK(json["results"][1]["error"] == "no");
  CHECK(json["results"][1]["code"] == "tool_failed");
}

TEST_CASE("a call repeats itself when arguments and result stay the same, step after step") {
  CallMemory memory;
  const model::ToolCall call{"call_1", "", "look", R"({"at":1})"};
  const model::ToolCall other{"call_2", "", "look", R"({"at":2})"};
  CHECK(memory.repeats(call_key(call)) == 0);
  memory.note(0, call, outcome("1"));
  memory.note(0, call, outcome("1"));  // in the same answer of the model
  CHECK(memory.repeats(call_key(call)) == 1);
  memory.note(1, call, outcome("1"));
  memory.note(1, other, outcome("1"));
  CHECK(memory.repeats(call_key(call)) == 2);
  CHECK(memory.repeats(call_key(other)) == 1);
  memory.note(2, call, outcome("\"no\"", "approval_denied"));
  CHECK(memory.repeats(call_key(call)) == 2);
  memory.note(3, call, outcome("2"));  // progress
  CHECK(memory.repeats(call_key(call)) == 1);
}

TEST_CASE("another purpose makes no other call of a part of execute_tools") {
  const auto batch = [](const std::string& purpose, const std::string& to) {
    return call_key(
        {"call_1", "", std::string(kExecuteTools),
         R"({"calls":[{"tool":"pay","args":{"purpose":")" + to + R"("},"purpose":")" + purpose + R"("}]})"});
  };
  CHECK(batch("to pay", "rent") == batch("to pay at last", "rent"));
  CHECK(batch("to pay", "rent") != batch("to pay", "tax"));
}

TEST_CASE("a call is the same however its arguments are spelled, and whatever its results are called") {
  const model::ToolCall call{"call_1", "", "pay", R"({"to":"a", "amount":5})"};
  CHECK(call_key(call) == call_key({"call_2", "", "pay", R"({"amount":5,"to":"a"})"}));
  CHECK(call_key(call) != call_key({"call_2", "", "pay", R"({"amount":6,"to":"a"})"}));
  CHECK(call_key(call) != call_key({"call_2", "", "give", R"({"amount":5,"to":"a"})"}));
  CHECK(call_key({"call_1", "", "pay", "no JSON"}) == call_key({"call_2", "", "pay", "no JSON"}));
  CallMemory memory;
  for (std::size_t step = 0; step < 3; ++step) {
    model::ToolCall batch = call;
    batch.call_id = "call_" + std::to_string(step);
    memory.note(step, batch, outcome(R"({"results":[{"callId":")" + batch.call_id + R"(.1"}]})"));
  }
  CHECK(memory.repeats(call_key(call)) == 3);
}

}  // namespace platos::tools
