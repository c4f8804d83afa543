// What may be demanded of the model, and what of it excludes what.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"
#include "generate_request.hpp"

using namespace platos::provider_google;
using Json = nlohmann::json;

namespace {

const std::string kTools =
    R"("tools":[{"name":"t","input_schema":{"type":"object"}},{"name":"a.b","input_schema":{}}])";
const std::string kSchema = R"("response_schema":{"type":"object","required":["a"]})";

GenerateRequest request_with(const std::string& members) {
  return build_generate_request(R"({"v":1,"model":"m","messages":[],)" + members + "}", {});
}

Json body_with(const std::string& members) { return Json::parse(request_with(members).body); }

Json choice_of(const std::string& members) {
  const Json body = body_with(members);
  return body.contains("toolConfig") ? body["toolConfig"].at("functionCallingConfig") : Json();
}

}  // namespace

TEST_CASE("the forms of tool_choice on this wire") {
  const auto choice = [&](const std::string& word) { return choice_of(kTools + R"(,"tool_choice":")" + word + "\""); };
  CHECK(choice("auto") == Json{{"mode", "AUTO"}});
  CHECK(choice("none") == Json{{"mode", "NONE"}});
  CHECK(choice("required") == Json{{"mode", "ANY"}});
  CHECK(choice("a.b") == Json::parse(R"({"mode":"ANY","allowedFunctionNames":["a_b"]})"));
  CHECK(choice_of(kTools).is_null());
  CHECK(choice_of(R"("tool_choice":"required")").is_null());
}

TEST_CASE("a tool without parameters is declared without them") {
  const Json tools = body_with(kTools)["tools"];
  REQUIRE(tools.size() == 1);
  CHECK(tools[0]["functionDeclarations"] ==
        Json::parse(R"([{"name":"t","parametersJsonSchema":{"type":"object"}},{"name":"a_b"}])"));
}

TEST_CASE("a form of the answer is asked for as JSON when there are no tools") {
  for (const std::string& members : {kSchema, kSchema + "," + kTools + R"(,"tool_choice":"none")"}) {
    const Json body = body_with(members);
    INFO(members);
    CHECK(body["generationConfig"] ==
          Json::parse(
              R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object","required":["a"]}})"));
    CHECK_FALSE(body.contains("tools"));
    CHECK_FALSE(body.contains("toolConfig"));
    CHECK(request_with(members).answer_tool.empty());
  }
}

TEST_CASE("beside tools the answer's tool or another one must be called") {
  const GenerateRequest request = request_with(kSchema + "," + kTools);
  const Json body = Json::parse(request.body);
  CHECK(request.answer_tool == "give_answer");
  CHECK(body["tools"][0]["functionDeclarations"][2] ==
        Json{{"name", "give_answer"},
             {"parametersJsonSchema", {{"type", "object"}, {"required", {"a"}}}},
             {"description", "Takes the final answer. Call it once, when the answer is complete."}});
  CHECK_FALSE(body.contains("generationConfig"));
  CHECK(choice_of(kSchema + "," + kTools) == Json{{"mode", "ANY"}});
  CHECK(choice_of(kSchema + "," + kTools + R"(,"tool_choice":"auto")") == Json{{"mode", "ANY"}});
  CHECK(choice_of(kSchema + "," + kTools + R"(,"tool_choice":"required")") == Json{{"mode", "ANY"}});
  CHECK(choice_of(kSchema + "," + kTools + R"(,"tool_choice":"t")") ==
        Json::parse(R"({"mode":"ANY","allowedFunctionNames":["t"]})"));
}

TEST_CASE("the answer's tool takes no name that is taken") {
  const GenerateRequest request = request_with(kSchema + R"(,"tools":[{"name":"give_answer","input_schema":{}},
      {"name":"give.answer_","input_schema":{}}])");
  CHECK(request.answer_tool == "give_answer__");
}

TEST_CASE("with the vendor's own tools there is no tool for the answer") {
  for (const char* vendor : {R"({"tools":[{"googleSearch":{}}]})", R"({"toolConfig":{}})"}) {
    const GenerateRequest request = request_with(kSchema + "," + kTools + R"(,"vendor":)" + vendor);
    CHECK(request.answer_tool.empty());
    CHECK(Json::parse(request.body)["generationConfig"]["responseMimeType"] == "application/json");
  }
  CHECK(body_with(R"("vendor":{"tools":[{"googleSearch":{}}]})")["tools"] == Json::parse(R"([{"googleSearch":{}}])"));
}
