#include "messages_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"
#include "platos/cpp/error.hpp"
#include "support/text.hpp"

using namespace platos::provider_anthropic;
using Json = nlohmann::json;
using platos::provider_anthropic::testing::recorded;
using platos::tests::count_of;

namespace {

Json body_of(const std::string& request_json, const Config& config = {}) {
  return Json::parse(build_messages_request(request_json, config).body);
}

Json body_with(const std::string& members, const std::string& model = "m") {
  return body_of(R"({"v":1,"model":")" + model + R"(","messages":[],)" + members + "}");
}

std::string problem_of(const std::string& request_json) {
  try {
    build_messages_request(request_json, {});
  } catch (const platos::sdk::Error& error) {
    CHECK(error.code() == PLATOS_INVALID_ARGUMENT);
    return error.what();
  }
  return "it was taken";
}

}  // namespace

TEST_CASE("canonical requests become the recorded bodies") {
  for (const std::string name : {"simple", "conversation", "options", "structured"}) {
    INFO(name);
    CHECK(body_of(recorded("requests/" + name + ".request.json")) ==
          Json::parse(recorded("requests/" + name + ".body.json")));
  }
}

TEST_CASE("a body has no member twice, whatever vendor replaces") {
  const std::string body = build_messages_request(R"({"v":1,"model":"m","system":"s","messages":[],"temperature":1,
      "max_output_tokens":5,"stop":["a"],"tools":[{"name":"t","input_schema":{}}],"tool_choice":"auto",
      "vendor":{"max_tokens":9,"temperature":0,"stop_sequences":[],"tools":[],"tool_choice":{},"system":"x",
      "thinking":{"type":"disabled"}}})",
                                                  {})
                               .body;
  for (const char* key :
       {"max_tokens", "temperature", "stop_sequences", "tools", "tool_choice", "system", "thinking"}) {
    INFO(key << " in " << body);
    CHECK(count_of(body, "\"" + std::string(key) + "\":") == 1);
  }
  CHECK(Json::parse(body)["max_tokens"] == 9);
}

TEST_CASE("the limit is what the request says, then the configuration, then the model's name") {
  Config config;
  config.max_output_tokens = 300;
  const std::string plain = R"({"v":1,"model":"claude-opus-4","messages":[])";
  CHECK(body_of(plain + "}")["max_tokens"] == 8192);
  CHECK(body_of(plain + "}", config)["max_tokens"] == 300);
  CHECK(body_of(plain + R"(,"max_output_tokens":200})", config)["max_tokens"] == 200);
  CHECK(body_of(plain + R"(,"max_output_tokens":20000})", config)["max_tokens"] == 20000);
  CHECK(body_with(R"("stream":true)", "claude-3-opus-20240229")["max_tokens"] == 4096);
  CHECK(body_with(R"("stream":true)", "claude-3-5-sonnet-latest")["max_tokens"] == 8192);
  CHECK(body_with(R"("stream":true)", "something-else")["max_tokens"] == 4096);
}

TEST_CASE("thinking takes temperature away and room on top of the default limit") {
  const Json body = body_with(R"("thinking":{"budget_tokens":3000},"temperature":0.5)");
  CHECK(body["thinking"] == Json{{"type", "enabled"}, {"budget_tokens", 3000}});
  CHECK(body["max_tokens"] == 4096 + 3000);
  CHECK_FALSE(body.contains("temperature"));
  CHECK(body_with(R"("thinking":{"budget_tokens":1})")["thinking"]["budget_tokens"] == 1024);
  CHECK_FALSE(body_with(R"("thinking":{"budget_tokens":0})").contains("thinking"));
  CHECK_FALSE(body_with(R"("thinking":{})").contains("thinking"));
}

TEST_CASE("a thinking budget that leaves nothing of the request's limit is refused, one token is enough") {
  const auto request = [](const std::string& limit) {
    return R"({"v":1,"model":"m","messages":[],"thinking":{"budget_tokens":2000},"max_output_tokens":)" + limit + "}";
  };
  CHECK(problem_of(request("2000"))
            .find("expected less than max_output_tokens, which is 2000 at "
                  "thinking.budget_tokens, found 2000") != std::string::npos);
  CHECK(body_of(request("2001"))["max_tokens"] == 2001);
}

TEST_CASE("system, last tool and last block are marked for the cache, and nothing else") {
  const std::string request = R"({"v":1,"model":"m","system":"s","messages":[
      {"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":[{"type":"text","text":"b"}]},
      {"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}],
      "tools":[{"name":"t","input_schema":{}},{"name":"u","input_schema":{}}]})";
  const Json body = body_of(request);
  CHECK(count_of(body.dump(), "cache_control") == 3);
  CHECK(body["system"][0].contains("cache_control"));
  CHECK(body["tools"][1]["cache_control"] == Json{{"type", "ephemeral"}});
  CHECK(body["messages"][2]["content"][1].contains("cache_control"));
  Config config;
  config.prompt_caching = false;
  CHECK(count_of(body_of(request, config).dump(), "cache_control") == 0);
}

TEST_CASE("a trailing thought takes no mark, and a conversation of blanks leaves no message") {
  const Json body = body_of(R"({"v":1,"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"}]},
      {"role":"assistant","content":[{"type":"thinking","text":"t","signature":"s"}]}]})");
  CHECK(count_of(body.dump(), "cache_control") == 0);
  CHECK(body["messages"][1]["content"] == Json::parse(R"([{"type":"thinking","thinking":"t","signature":"s"}])"));
  CHECK(body_of(R"({"v":1,"model":"m","messages":[{"role":"user","content":[{"type":"text","text":" \t\r\n"}]}]})")
            ["messages"] == Json::array());
}

TEST_CASE("a thought without text goes back with an empty one") {
  const Json body = body_of(R"({"v":1,"model":"m","messages":[
      {"role":"assistant","content":[{"type":"thinking","signature":"s"},{"type":"text","text":"x"}]}]})");
  CHECK(body["messages"][0]["content"][0] == Json::parse(R"({"type":"thinking","thinking":"","signature":"s"})"));
}

TEST_CASE("what another vendor signed under its own name stays away") {
  const Json body = body_of(R"({"v":1,"model":"m","messages":[{"role":"assistant","content":[
      {"type":"thinking","thought_signature":"s","tool_call_id":"i"},{"type":"text","text":"x"}]}]})");
  CHECK(body["messages"][0]["content"].size() == 1);
}

TEST_CASE("results stand first in their message, whatever came between call and result") {
  const Json body = body_of(R"({"v":1,"model":"m","messages":[
      {"role":"assistant","content":[],"tool_calls":[{"id":"i","name":"n","arguments":{}}]},
      {"role":"user","content":[{"type":"text","text":"wait"}]},
      {"role":"tool","tool_call_id":"i","content":[{"type":"text","text":"r"}]}]})");
  REQUIRE(body["messages"].size() == 2);
  CHECK(body["messages"][1]["content"][0]["type"] == "tool_result");
  CHECK(body["messages"][1]["content"][1]["text"] == "wait");
  CHECK(body["messages"][1]["content"][1].contains("cache_control"));
}

TEST_CASE("escapes survive, also at the ends of a text") {
  const Json body = body_of(R"({"v":1,"model":"m","system":"\"\\","messages":[
      {"role":"user","content":[{"type":"text","text":"\\n \u00e9\ud83d\ude00\""}]}]})");
  CHECK(body["system"][0]["text"] == "\"\\");
  CHECK(body["messages"][0]["content"][0]["text"] == "\\n \xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST_CASE("a request that breaks the schema is refused with the place") {
  const std::pair<std::string, const char*> cases[] = {
      {"", "chat request: "},
      {"[]", "expected an object at the top, found an array"},
      {R"({"v":1,"model":"m"})", "expected a value at messages, found nothing"},
      {R"({"v":1,"model":"m","messages":[{"role":"system","content":[]}]})", "user, assistant or tool"},
      {R"({"v":1,"model":"m","messages":[],"max_output_tokens":"9"})", "max_output_tokens"},
      {R"({"v":1,"model":"m","messages":[],"max_output_tokens":1e3})", "max_output_tokens"},
      {R"({"v":1,"model":"m","messages":[],"max_output_tokens":0})", "max_output_tokens"},
      {R"({"v":1,"model":"m","messages":[],"max_output_tokens":99999999999999999999})", "max_output_tokens"},
      {R"({"v":1,"model":"m","messages":[],"thinking":{"budget_tokens":1e99}})", "thinking.budget_tokens"},
      {R"({"v":1,"model":"m","messages":[],"vendor":{"messages":[]}})", "found messages"},
      {R"({"v":1,"model":"m","messages":[]}})", "chat request: "},
  };
  for (const auto& [request_json, message_part] : cases) {
    const std::string problem = problem_of(request_json);
    INFO(request_json << " -> " << problem);
    CHECK(problem.find(message_part) != std::string::npos);
  }
}
