// What may be demanded of the model, and what of it excludes what.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"
#include "messages_request.hpp"

using namespace platos::provider_anthropic;
using Json = nlohmann::json;

namespace {

const std::string kTools = R"("tools":[{"name":"t","input_schema":{}},{"name":"a.b","input_schema":{}}])";
const std::string kSchema = R"("response_schema":{"type":"object"})";
const std::string kThinking = R"("thinking":{"budget_tokens":2000})";

MessagesRequest request_with(const std::string& members, const std::string& messages = "[]") {
  return build_messages_request(R"({"v":1,"model":"m","messages":)" + messages + "," + members + "}", {});
}

Json choice_of(const std::string& members) {
  return Json::parse(request_with(members).body).value("tool_choice", Json());
}

bool thinks(const std::string& members, const std::string& messages = "[]") {
  return Json::parse(request_with(members, messages).body).contains("thinking");
}

}  // namespace

TEST_CASE("the forms of tool_choice on this wire") {
  const auto choice = [&](const std::string& word) { return choice_of(kTools + R"(,"tool_choice":")" + word + "\""); };
  CHECK(choice("auto") == Json{{"type", "auto"}});
  CHECK(choice("none") == Json{{"type", "none"}});
  CHECK(choice("required") == Json{{"type", "any"}});
  CHECK(choice("a.b") == Json{{"type", "tool"}, {"name", "a_b"}});
  CHECK(choice_of(kTools).is_null());
  CHECK(choice_of(R"("tool_choice":"required")").is_null());
}

TEST_CASE("the answer's tool must be called, or another one when there are some, and only one") {
  const Json only = {{"type", "tool"}, {"name", "give_answer"}, {"disable_parallel_tool_use", true}};
  const Json any = {{"type", "any"}, {"disable_parallel_tool_use", true}};
  CHECK(choice_of(kSchema) == only);
  CHECK(choice_of(kSchema + "," + kTools) == any);
  CHECK(choice_of(kSchema + "," + kTools + R"(,"tool_choice":"required")") == any);
  CHECK(choice_of(kSchema + "," + kTools + R"(,"tool_choice":"none")") == only);
  CHECK(choice_of(kSchema + "," + kTools + R"(,"tool_choice":"t")")["name"] == "t");
}

TEST_CASE("the answer's tool takes no name that is taken") {
  const MessagesRequest request = request_with(kSchema + R"(,"tools":[{"name":"give_answer","input_schema":{}},
      {"name":"give.answer_","input_schema":{}}])");
  CHECK(request.answer_tool == "give_answer__");
  CHECK(Json::parse(request.body)["tools"][2]["name"] == "give_answer__");
}

TEST_CASE("without response_schema, or with the vendor's own tools, there is no tool for the answer") {
  CHECK(request_with(kTools).answer_tool.empty());
  CHECK(request_with(kSchema + R"(,"vendor":{"tools":[]})").answer_tool.empty());
  CHECK(request_with(kSchema + R"(,"vendor":{"tool_choice":{"type":"auto"}})").answer_tool.empty());
}

TEST_CASE("thinking is left out beside a tool that must be called") {
  CHECK(thinks(kThinking));
  CHECK(thinks(kThinking + "," + kTools + R"(,"tool_choice":"auto")"));
  CHECK(thinks(kThinking + "," + kTools + R"(,"tool_choice":"none")"));
  CHECK(thinks(kThinking + R"(,"tool_choice":"required")"));
  CHECK_FALSE(thinks(kThinking + "," + kTools + R"(,"tool_choice":"required")"));
  CHECK_FALSE(thinks(kThinking + "," + kTools + R"(,"tool_choice":"t")"));
  CHECK_FALSE(thinks(kThinking + "," + kSchema));
}

TEST_CASE("thinking is left out in a chain of calls that began without it") {
  const auto chain = [](const std::string& content) {
    return R"([{"role":"user","content":[]},{"role":"assistant","content":[)" + content +
           R"(],"tool_calls":[{"id":"i","name":"t","arguments":{}}]},{"role":"tool","tool_call_id":"i","content":[]})";
  };
  CHECK_FALSE(thinks(kThinking, chain("") + "]"));
  CHECK_FALSE(thinks(kThinking, chain(R"({"type":"thinking","text":"unsigned"})") + "]"));
  CHECK(thinks(kThinking, chain(R"({"type":"thinking","text":"t","signature":"s"})") + "]"));
  CHECK(thinks(kThinking, chain(R"({"type":"thinking","redacted_data":"d"})") + "]"));
  CHECK(thinks(kThinking, chain("") + R"(,{"role":"user","content":[{"type":"text","text":"new"}]}])"));
}
