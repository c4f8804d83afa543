#include "generate_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"
#include "platos/cpp/error.hpp"
#include "support/text.hpp"

using namespace platos::provider_google;
using Json = nlohmann::json;
using platos::provider_google::testing::recorded;
using platos::tests::count_of;

namespace {

Json body_of(const std::string& request_json) { return Json::parse(build_generate_request(request_json, {}).body); }

Json config_with(const std::string& members) {
  return body_of(R"({"v":1,"model":"m","messages":[],)" + members + "}").value("generationConfig", Json());
}

std::string problem_of(const std::string& request_json) {
  try {
    build_generate_request(request_json, {});
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

TEST_CASE("the address says whether the answer is streamed") {
  const auto streamed = build_generate_request(recorded("requests/simple.request.json"), {});
  CHECK(streamed.stream);
  CHECK(streamed.url ==
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
  const auto whole = build_generate_request(recorded("requests/options.request.json"), {});
  CHECK_FALSE(whole.stream);
  CHECK(whole.url == "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent");
}

TEST_CASE("schemas and arguments are copied number for number") {
  const std::string body = build_generate_request(recorded("requests/conversation.request.json"), {}).body;
  CHECK(body.find(R"("maximum": 18446744073709551616)") != std::string::npos);
  CHECK(body.find(R"("big": 18446744073709551616)") != std::string::npos);
}

TEST_CASE("a body has no member twice, whatever vendor replaces") {
  const std::string body = build_generate_request(R"({"v":1,"model":"m","system":"s","messages":[],"temperature":1,
      "max_output_tokens":5,"stop":["a"],"tools":[{"name":"t","input_schema":{}}],"tool_choice":"auto",
      "thinking":{"budget_tokens":9},"response_schema":{"type":"object"},
      "vendor":{"systemInstruction":{},"tools":[],"toolConfig":{},"generationConfig":{"temperature":0,
      "maxOutputTokens":9,"stopSequences":[],"thinkingConfig":{},"responseMimeType":"text/x.enum",
      "responseJsonSchema":{"type":"string"}}}})",
                                                  {})
                               .body;
  for (const char* key :
       {"systemInstruction", "tools", "toolConfig", "generationConfig", "temperature", "maxOutputTokens",
        "stopSequences", "thinkingConfig", "responseMimeType", "responseJsonSchema"}) {
    INFO(key << " in " << body);
    CHECK(count_of(body, "\"" + std::string(key) + "\":") == 1);
  }
  CHECK(Json::parse(body)["generationConfig"]["maxOutputTokens"] == 9);
}

TEST_CASE("members of vendor.generationConfig stand beside ours, or in their place") {
  CHECK(config_with(R"("temperature":1,"vendor":{"generationConfig":{"topP":0.5}})") ==
        Json{{"temperature", 1}, {"topP", 0.5}});
  CHECK(config_with(R"("temperature":1,"vendor":{"generationConfig":{"temperature":null}})") ==
        Json{{"temperature", nullptr}});
  CHECK(config_with(R"("temperature":1,"vendor":{"generationConfig":null})") == Json{{"temperature", 1}});
  CHECK(config_with(R"("vendor":{"generationConfig":{ }})").is_null());
  CHECK(config_with(R"("response_schema":{"type":"object"},"vendor":{"generationConfig":{"responseSchema":{}}})") ==
        Json{{"responseMimeType", "application/json"}, {"responseSchema", Json::object()}});
}

TEST_CASE("thinking is asked for with its budget, and its words") {
  CHECK(config_with(R"("thinking":{"budget_tokens":3000})") ==
        Json{{"thinkingConfig", {{"includeThoughts", true}, {"thinkingBudget", 3000}}}});
  CHECK(config_with(R"("thinking":{"budget_tokens":0})").is_null());
  CHECK(config_with(R"("thinking":{})").is_null());
  CHECK(
      config_with(
          R"("thinking":{"budget_tokens":9},"vendor":{"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}})") ==
      Json{{"thinkingConfig", {{"thinkingBudget", 0}}}});
}

TEST_CASE("escapes survive, also at the ends of a text") {
  const Json body = body_of(R"({"v":1,"model":"m","system":"\"\\","messages":[
      {"role":"user","content":[{"type":"text","text":"\\n \u00e9\ud83d\ude00\""}]}]})");
  CHECK(body["systemInstruction"]["parts"][0]["text"] == "\"\\");
  CHECK(body["contents"][0]["parts"][0]["text"] == "\\n \xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST_CASE("a request that breaks the schema is refused with the place") {
  const std::pair<std::string, const char*> cases[] = {
      {"", "chat request: "},
      {"[]", "expected an object at the top, found an array"},
      {R"({"v":1,"model":"m"})", "expected a value at messages, found nothing"},
      {R"({"v":1,"messages":[]})", "expected a value at model, found nothing"},
      {R"({"v":1,"model":7,"messages":[]})", "expected a string at model, found a number"},
      {R"({"v":1,"model":"m","messages":[{"role":"system","content":[]}]})", "user, assistant or tool"},
      {R"({"v":1,"model":"m","messages":[],"thinking":{"budget_tokens":1e99}})", "thinking.budget_tokens"},
      {R"({"v":1,"model":"m","messages":[],"vendor":{"messages":[]}})", "found messages"},
      {R"({"v":1,"model":"m","messages":[],"vendor":{"contents":[]}})", "expected no member named contents at vendor"},
      {R"({"v":1,"model":"m","messages":[],"vendor":{"generationConfig":[]}})", "an object at vendor.generationConfig"},
      {R"({"v":1,"model":"m","messages":[]}})", "chat request: "},
  };
  for (const auto& [request_json, message_part] : cases) {
    const std::string problem = problem_of(request_json);
    INFO(request_json << " -> " << problem);
    CHECK(problem.find(message_part) != std::string::npos);
  }
}
