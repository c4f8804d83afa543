// Turns, results and signatures of a conversation that goes back.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"
#include "generate_request.hpp"

using namespace platos::provider_google;
using namespace platos::provider_google::testing;
using Json = nlohmann::json;

namespace {

Json contents_of(const std::string& messages) {
  const std::string request = R"({"v":1,"model":"m","messages":[)" + messages + "]}";
  return Json::parse(build_generate_request(request, {}).body).at("contents");
}

std::string call_json(const std::string& id, const std::string& name = "f") {
  return R"({"id":")" + id + R"(","name":")" + name + R"(","arguments":{}})";
}

std::string assistant(const std::string& content, const std::string& calls = {}) {
  return R"({"role":"assistant","content":[)" + content + R"(],"tool_calls":[)" + calls + "]}";
}

std::string result_json(const std::string& id, const std::string& text) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":[{"type":"text","text":")" + text + R"("}]})";
}

std::string signature(const std::string& text, const std::string& call_id = {}) {
  const std::string of_call = call_id.empty() ? "" : R"(,"tool_call_id":")" + call_id + "\"";
  return R"({"type":"thinking","thought_signature":")" + text + "\"" + of_call + "}";
}

constexpr const char* kText = R"({"type":"text","text":"x"})";

}  // namespace

TEST_CASE("results stand in the order of their calls, whatever came between") {
  const Json contents = contents_of(assistant("", call_json("call_0", "f") + "," + call_json("call_1", "g")) +
                                    R"(,{"role":"user","content":[{"type":"text","text":"wait"}]},)" +
                                    result_json("call_1", "second") + "," + result_json("call_0", "first"));
  REQUIRE(contents.size() == 2);
  CHECK(contents[1]["role"] == "user");
  CHECK(contents[1]["parts"] == Json::parse(R"([
      {"functionResponse":{"name":"f","response":{"output":"first"}}},
      {"functionResponse":{"name":"g","response":{"output":"second"}}},{"text":"wait"}])"));
}

TEST_CASE("ids of the vendor go back on both ends, and those that a codec made up stay") {
  for (const auto& [id, is_sent] : {std::pair("call_0", false), std::pair("call_12", false), std::pair("call_x", true),
                                    std::pair("xcall_1", true), std::pair("fc-1", true)}) {
    const Json contents = contents_of(assistant("", call_json(id)) + "," + result_json(id, "r"));
    INFO(id);
    CHECK(contents[0]["parts"][0]["functionCall"].value("id", "") == (is_sent ? id : ""));
    CHECK(contents[1]["parts"][0]["functionResponse"].value("id", "") == (is_sent ? id : ""));
  }
}

TEST_CASE("an id that is used again means its latest call") {
  const Json contents = contents_of(assistant("", call_json("call_0", "f")) + "," + result_json("call_0", "a") + "," +
                                    assistant("", call_json("call_0", "g")) + "," + result_json("call_0", "b"));
  CHECK(contents[1]["parts"][0]["functionResponse"]["name"] == "f");
  CHECK(contents[3]["parts"][0]["functionResponse"]["name"] == "g");
}

TEST_CASE("a result without its call is sent as text") {
  CHECK(contents_of(result_json("lost", "r"))[0] == Json::parse(R"({"role":"user","parts":[{"text":"r"}]})"));
}

TEST_CASE("blank texts are left out, and a conversation of blanks leaves no turn") {
  CHECK(contents_of(R"({"role":"user","content":[{"type":"text","text":" \t\r\n"}]})") == Json::array());
  CHECK(contents_of(assistant(std::string(kText) + R"(,{"type":"text","text":""})"))[0]["parts"].size() == 1);
}

TEST_CASE("a signature goes back on its call, or on the text of its message") {
  CHECK(contents_of(assistant(signature("a") + "," + kText))[0]["parts"] ==
        Json::parse(R"([{"text":"x","thoughtSignature":"a"}])"));
  CHECK(contents_of(assistant(signature("a") + "," + signature("b", "i") + "," + kText, call_json("i")))[0]["parts"] ==
        Json::parse(R"([{"text":"x","thoughtSignature":"a"},
            {"functionCall":{"id":"i","name":"f","args":{}},"thoughtSignature":"b"}])"));
}

TEST_CASE("a signature without text or call of its own stands on an empty text") {
  CHECK(contents_of(assistant(signature("a")))[0]["parts"] == Json::parse(R"([{"text":"","thoughtSignature":"a"}])"));
  CHECK(contents_of(assistant(signature("a") + "," + signature("b") + "," + kText))[0]["parts"] ==
        Json::parse(R"([{"text":"","thoughtSignature":"a"},{"text":"x","thoughtSignature":"b"}])"));
  CHECK(contents_of(assistant(signature("a", "lost")))[0]["parts"] ==
        Json::parse(R"([{"text":"","thoughtSignature":"a"}])"));
}

TEST_CASE("thoughts of another vendor stay away") {
  CHECK(contents_of(assistant(R"({"type":"thinking","text":"t","signature":"s"},
      {"type":"thinking","redacted_data":"d"},{"type":"thinking","text":"u"})")) == Json::array());
}

TEST_CASE("what came as EXTRA can be put into the next request as it is, and goes out as it came in") {
  const Result result = exchange(Plugin(), {.pieces = {recorded("ids.sse")}});
  std::string content;
  for (const std::string& event : result.events) {
    if (event.starts_with("extra:")) content += (content.empty() ? "" : ",") + event.substr(6);
  }
  const Json contents = contents_of(assistant(content, call_json("fc-7d2e") + "," + call_json("fc-7d2f")));
  CHECK(contents[0]["parts"] == Json::parse(R"([
      {"functionCall":{"id":"fc-7d2e","name":"f","args":{}},"thoughtSignature":"c2ln"},
      {"functionCall":{"id":"fc-7d2f","name":"f","args":{}}}])"));
}
