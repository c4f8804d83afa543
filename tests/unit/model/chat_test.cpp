#include "model/chat.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

ChatMessage said(Role role, const std::string& text) {
  ChatMessage message;
  message.role = role;
  message.text = text;
  return message;
}
ChatRequest with_arguments(const std::string& arguments) {
  ChatRequest request;
  request.model = "m";
  ChatMessage message = said(Role::Assistant, "");
  message.tool_calls.push_back({"call_1", "theirs_1", "docs__search", arguments});
  request.messages.push_back(message);
  return request;
}
Json arguments_in(const ChatRequest& request) {
  const Json parsed = Json::parse(encode(request), nullptr, false);
  REQUIRE(parsed.is_object());
  return parsed["messages"][0]["tool_calls"][0]["arguments"];
}

}  // namespace

TEST_CASE("The smallest request has version, model, messages and stream") {
  ChatRequest request;
  request.model = "gpt \"x\"";
  CHECK(encode(request) == R"({"v":1,"model":"gpt \"x\"","messages":[],"stream":true})");
}

TEST_CASE("A whole conversation is encoded as the schema says, byte for byte") {
  ChatRequest request = with_arguments(R"({"q":"a"})");
  request.system = "be brief";
  request.messages.insert(request.messages.begin(), said(Role::User, "hi\n"));
  request.messages[1].extras = {R"({"type":"thinking","text":"t","signature":"s"})"};
  ChatMessage result = said(Role::Tool, "failed");
  result.tool_call_provider_id = "theirs_1";
  result.is_error = true;
  request.messages.push_back(result);
  Tool tool;
  tool.model_name = "docs__search";
  tool.description = "finds";
  tool.input_schema_json = R"({"type":"object"})";
  request.tools.assign(2, std::make_shared<const Tool>(tool));
  CHECK(encode(request) ==
        R"({"v":1,"model":"m","system":"be brief","messages":[)"
        R"({"role":"user","content":[{"type":"text","text":"hi\n"}]},)"
        R"({"role":"assistant","content":[{"type":"thinking","text":"t","signature":"s"}],)"
        R"("tool_calls":[{"id":"theirs_1","name":"docs__search","arguments":{"q":"a"}}]},)"
        R"({"role":"tool","content":[{"type":"text","text":"failed"}],"tool_call_id":"theirs_1","is_error":true}],)"
        R"("tools":[{"name":"docs__search","description":"finds","input_schema":{"type":"object"}},)"
        R"({"name":"docs__search","description":"finds","input_schema":{"type":"object"}}],"stream":true})");
}

TEST_CASE("A call without an id of the provider's goes by the host's") {
  ChatRequest request = with_arguments("{}");
  request.messages[0].tool_calls[0].provider_id.clear();
  CHECK(Json::parse(encode(request))["messages"][0]["tool_calls"][0]["id"] == "call_1");
}

TEST_CASE("Arguments that are no JSON object are shown as the text that they were") {
  CHECK(arguments_in(with_arguments(R"({"a":[1,{}]})")) == Json({{"a", {1, Json::object()}}}));
  for (const char* bad : {"", "{", "[1]", "null", "\"x\"", "{\"a\":1}x", "\xFF"}) {
    const Json shown = arguments_in(with_arguments(bad));
    INFO(bad);
    REQUIRE(shown.is_object());
    CHECK(shown.contains("invalid_arguments"));
  }
  const Json cut = arguments_in(with_arguments("x" + std::string(5000, 'y')));
  CHECK(cut["invalid_arguments"].get<std::string>().size() == 4096);
}

TEST_CASE("Arguments with a byte order mark leave the request valid JSON") {
  const std::string text = encode(with_arguments("\xEF\xBB\xBF{}"));
  CHECK_FALSE(Json::parse(text, nullptr, false).is_discarded());
}

TEST_CASE("Text of any bytes leaves the request valid JSON") {
  ChatRequest request;
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  request.model = every;
  request.system = every;
  request.messages.push_back(said(Role::User, every));
  CHECK(Json::parse(encode(request), nullptr, false).is_object());
}

TEST_CASE("A response comes back from its journal form as it was") {
  ChatResponse response;
  response.text = "text \"q\"";
  response.reasoning = "why";
  response.tool_calls = {{"call_1", "theirs", "a__b", "{bad"}, {"call_2", "", "c", "{}"}};
  response.extras = {"{}", "[1]"};
  response.usage = {1, 2, -1, 4};
  for (const auto stop :
       {StopReason::End, StopReason::Tools, StopReason::Length, StopReason::Refused, StopReason::Other}) {
    response.stop = stop;
    const auto back = chat_response_from_json(Json::parse(encode(response)));
    CHECK(back.stop == stop);
    CHECK(encode(back) == encode(response));
  }
  const auto empty = chat_response_from_json(Json::object());
  CHECK(empty.stop == StopReason::Other);
  CHECK(empty.usage.input_tokens == -1);
}

TEST_CASE("Stop reasons have the words of the wire") {
  CHECK(to_text(StopReason::End) == "stop");
  CHECK(to_text(StopReason::Tools) == "tool-calls");
  CHECK(to_text(StopReason::Length) == "length");
  CHECK(to_text(StopReason::Refused) == "content-filter");
  CHECK(to_text(StopReason::Other) == "other");
  CHECK(stop_reason_from_text("what") == StopReason::Other);
}

}  // namespace platos::model
