#include "chat_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"
#include "platos/cpp/error.hpp"

using namespace platos::provider_openai;
using Json = nlohmann::json;
using platos::provider_openai::testing::recorded;

namespace {

Json golden(const std::string& name) { return Json::parse(recorded("requests/" + name)); }

Json body_of(const std::string& request_json, const Config& config = {}) {
  return Json::parse(build_chat_request(request_json, config).body);
}

std::string with_member(const std::string& member) { return R"({"v":1,"model":"m","messages":[],)" + member + "}"; }

}  // namespace

TEST_CASE("canonical requests become the recorded bodies") {
  for (const char* name : {"simple", "conversation", "options"}) {
    INFO(name);
    CHECK(body_of(recorded(std::string("requests/") + name + ".request.json")) ==
          golden(std::string(name) + ".body.json"));
  }
  Config config;
  config.max_tokens_field = "max_tokens";
  CHECK(body_of(recorded("requests/whole.request.json"), config) == golden("whole.body.json"));
}

TEST_CASE("a body has no member twice, whatever vendor replaces") {
  const std::string body = build_chat_request(recorded("requests/options.request.json"), {}).body;
  for (const char* key : {"\"temperature\"", "\"stream_options\"", "\"model\"", "\"seed\""}) {
    INFO(key);
    CHECK(body.find(key) != std::string::npos);
    CHECK(body.find(key) == body.rfind(key));
  }
}

TEST_CASE("vendor replaces the token limit under either name, tools, tool_choice, stop and response_format") {
  const Json body = body_of(R"({"v":1,"model":"m","messages":[],"max_output_tokens":5,"stop":["a"],
      "tools":[{"name":"t","input_schema":{}}],"tool_choice":"none","response_schema":{},
      "vendor":{"max_tokens":9,"tools":[1],"tool_choice":"auto","stop":"b","response_format":{"type":"text"}}})");
  CHECK(body["max_tokens"] == 9);
  CHECK_FALSE(body.contains("max_completion_tokens"));
  CHECK(body["tools"] == Json::parse("[1]"));
  CHECK(body["tool_choice"] == "auto");
  CHECK(body["stop"] == "b");
  CHECK(body["response_format"]["type"] == "text");
}

TEST_CASE("the forms of tool_choice") {
  const std::string tools = R"("tools":[{"name":"t","input_schema":{}}],"tool_choice":)";
  for (const char* word : {"auto", "none", "required"}) {
    CHECK(body_of(with_member(tools + '"' + word + '"'))["tool_choice"] == word);
  }
  CHECK(body_of(with_member(tools + "\"t\""))["tool_choice"] ==
        Json::parse(R"({"type":"function","function":{"name":"t"}})"));
  CHECK_FALSE(body_of(with_member(R"("tool_choice":"required")")).contains("tool_choice"));
}

TEST_CASE("the members of a message may come in any order") {
  const Json body = body_of(R"({"messages":[{"tool_calls":[{"arguments":{"b": 1 },"name":"f","id":"i"}],
      "content":[{"text":"t","type":"text"}],"role":"assistant"}],"model":"m","v":1})");
  CHECK(body["messages"][0] == Json::parse(R"({"role":"assistant","content":"t","tool_calls":
      [{"id":"i","type":"function","function":{"name":"f","arguments":"{\"b\": 1 }"}}]})"));
}

TEST_CASE("a request is streamed unless it says no") {
  CHECK(build_chat_request(R"({"v":1,"model":"m","messages":[]})", {}).stream);
  CHECK(build_chat_request(with_member(R"("stream":true)"), {}).stream);
  CHECK_FALSE(build_chat_request(with_member(R"("stream":false)"), {}).stream);
}

TEST_CASE("earlier tool calls are counted") {
  CHECK(build_chat_request(recorded("requests/conversation.request.json"), {}).earlier_tool_calls == 2);
}

TEST_CASE("a request that breaks the schema is refused with the place") {
  struct Case {
    std::string request_json;
    const char* message_part;
  };
  const Case cases[] = {
      {"", "chat request: "},
      {"[]", "expected an object at the top, found an array"},
      {"{\"model\":\"\xff\"}", "UTF-8"},
      {R"({"v":1,"messages":[]})", "expected a value at model, found nothing"},
      {R"({"v":1,"model":"m"})", "expected a value at messages, found nothing"},
      {R"({"v":1,"model":"m","messages":{}})", "expected an array at messages, found an object"},
      {R"({"v":1,"model":"m","messages":[{"role":"system","content":[]}]})", "user, assistant or tool"},
      {R"({"v":1,"model":"m","messages":[{"role":"user","content":"t"}]})", "messages[].content, found a string"},
      {R"({"v":1,"model":"m","messages":[{"role":"user","content":[{"type":"video"}]}]})", "text, image or thinking"},
      {R"({"v":1,"model":"m","messages":[{"role":"user"}]})", "expected a value at messages[].content, found nothing"},
      {R"({"v":1,"model":"m","messages":[{"content":[]}]})", "expected a value at messages[].role, found nothing"},
      {R"({"v":1,"model":"m","messages":[{"role":"tool","content":[]}]})", "messages[].tool_call_id, found nothing"},
      {R"({"v":1,"model":"m","messages":[{"role":"assistant","content":[],"tool_calls":[{"id":"i","name":"n"}]}]})",
       "messages[].tool_calls[].arguments, found nothing"},
      {with_member(R"("tools":[{"name":"n"}])"), "expected a value at tools[].input_schema, found nothing"},
      {with_member(R"("stream":"no")"), "expected a boolean at stream, found a string"},
      {R"({"v":1,"model":"m","messages":[]}})", "chat request: "},
      {with_member(R"("vendor":{"stream":false})"),
       "no member named model, messages or stream at vendor, found stream"},
  };
  for (const Case& tried : cases) {
    INFO(tried.request_json);
    try {
      build_chat_request(tried.request_json, {});
      FAIL_CHECK("it was taken");
    } catch (const platos::sdk::Error& error) {
      INFO(error.what());
      CHECK(error.code() == PLATOS_INVALID_ARGUMENT);
      CHECK(std::string(error.what()).find(tried.message_part) != std::string::npos);
    }
  }
}

TEST_CASE("dotted tool names travel under names that the wire allows, and come back") {
  const ToolNames names({"a.b", "a_b", "c", "a:b", "d.e"});
  CHECK(names.wire_name("a_b") == "a_b");
  CHECK(names.wire_name("a.b") == "a_b_2");
  CHECK(names.wire_name("a:b") == "a_b_3");
  CHECK(names.wire_name("d.e") == "d_e");
  CHECK(names.wire_name("not.offered") == "not_offered");
  CHECK(names.own_name("a_b") == "a_b");
  CHECK(names.own_name("a_b_2") == "a.b");
  CHECK(names.own_name("d_e") == "d.e");
  CHECK(names.own_name("invented") == "invented");
  const std::string longest(64, 'x');
  CHECK(ToolNames({longest.substr(1) + "_", longest.substr(1) + "."}).wire_name(longest.substr(1) + ".").size() == 64);
}
