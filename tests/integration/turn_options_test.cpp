// What an agent and a turn may ask for: structured output, prompt blocks, limits, compaction, costs, traces.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "support/stage.hpp"

using namespace platos::tests;

namespace {

const Json kSchema = Json::parse(
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]})");

std::string user_text(const Json& request) { return request["messages"].back()["content"]; }

}  // namespace

TEST_CASE("an answer that fits the schema is told as an object") {
  const Stage stage;
  const std::string agent = stage.agent("mock-echo");
  const auto events = stage.stream(agent, {{"message", R"({"name":"Ada","age":36})"}, {"outputSchema", kSchema}});
  CHECK(shape_of(events) == "meta status token structured_output message_persisted done");
  const Json output = event_of(events, "structured_output");
  CHECK(output["object"] == Json({{"name", "Ada"}, {"age", 36}}));
  CHECK(output["attempts"] == 1);
  CHECK_FALSE(stage.request(0).contains("tools"));
}

TEST_CASE("an answer that does not fit is tried once more, and then the turn fails with what is wrong") {
  const Stage stage;
  const std::string agent = stage.agent("mock-echo", {{"outputSchema", kSchema}});
  const auto events = stage.say(agent, "no JSON at all");
  CHECK(shape_of(events) == "meta status token+ error done");
  const Json error = event_of(events, "error");
  CHECK(error["code"] == "structured_output_invalid");
  CHECK(error["attempts"] == 2);
  CHECK(error["validationErrors"].size() >= 1);
  REQUIRE(stage.mock.requests().size() == 2);
  CHECK(user_text(stage.request(1)).find("does not fit the required JSON schema") != std::string::npos);
}

TEST_CASE("a schema that is none is refused when the agent is made, and fails the turn that brings one") {
  const Stage stage;
  const std::vector<Json> bad = {
      {{"type", "no such type"}}, {{"pattern", "(?=x)"}}, {{"$ref", "#/nowhere"}}, {{"tpye", "object"}}};
  for (const auto& schema : bad) {
    INFO(schema.dump());
    const Answer answer =
        post(*stage.daemon, "/api/v1/agent/agents", {{"name", "x"}, {"model", "mock:mock"}, {"outputSchema", schema}});
    CHECK(answer.status == 400);
    CHECK(answer.json()["code"] == "invalid_schema");
  }
  const auto events =
      stage.stream(stage.agent("mock"), {{"message", "Hi"}, {"outputSchema", {{"type", "no such type"}}}});
  CHECK(shape_of(events) == "meta error done");
  CHECK(event_of(events, "error")["attempts"] == 0);
}

TEST_CASE("blocks make the prompt, and a turn fills in the dynamic ones that the agent declares") {
  const Stage stage;
  const Json blocks = Json::parse(R"([
    {"type":"guardrails","name":"Rules","content":"Be kind.","order":999},
    {"type":"identity","name":"Who","content":"You are Ada.","order":0},
    {"type":"custom","name":"Off","content":"never","enabled":false},
    {"type":"retrieval","name":"R","content":"{}"}])");
  const std::string agent = stage.agent(
      "mock-echo",
      {{"promptBlocks", blocks}, {"dynamicBlocks", {{{"key", "page"}, {"name", "Page"}, {"defaultContent", "home"}}}}});
  stage.say(agent, "Hi");
  stage.stream(agent, {{"message", "Hi"}, {"dynamicBlocks", {{"page", "settings"}, {"undeclared", "x"}}}});
  const Json first = stage.request(0);
  CHECK(first["messages"][0]["role"] == "system");
  CHECK(first["messages"][0]["content"] == "You are Ada.\n\n## Rules\n\nBe kind.");
  CHECK(user_text(first) == "<context>\n## Page\nhome\n</context>\n\nHi");
  CHECK(user_text(stage.request(1)) == "<context>\n## Page\nsettings\n</context>\n\nHi");
}

TEST_CASE("limits of an agent reach the provider, and end a turn that uses too much") {
  const Stage stage;
  const std::string agent = stage.agent("mock-n4", {{"maxOutputTokens", 3}, {"temperature", 0.5}});
  const auto events = stage.say(agent, "Hi");
  const Json request = stage.request(0);
  CHECK(request["temperature"] == 0.5);
  CHECK(event_of(events, "done")["usage"]["outputTokens"] == 3);
  const std::string greedy = make_agent(*stage.daemon, "mock:mock-toolloop", {"docs"}, {{"maxTurnTokens", 30}});
  const auto ended = stage.say(greedy, "Hi");
  CHECK(event_of(ended, "error")["code"] == "turn_token_limit");
}

TEST_CASE("a long thread is summarised once, by its own model, and goes on with the summary") {
  const Stage stage;
  const std::string agent =
      stage.agent("mock-echo", {{"historyMode", "compact"}, {"compactThreshold", 8}, {"contextLimit", 2}});
  const std::string thread = make_thread(*stage.daemon, agent);
  for (int i = 1; i <= 4; ++i) REQUIRE(stage.turn(thread, "message " + std::to_string(i))["status"] == "completed");
  // The fifth request is the summary: six of eight messages, in order, none of the newest two.
  REQUIRE(stage.mock.wait_until([](const MockStats& stats) { return stats.total >= 5; }, std::chrono::seconds(20)));
  const std::string asked = user_text(stage.request(4));
  CHECK(asked.find("Messages:\nuser: message 1\nassistant: message 1\n") == 0);
  CHECK(asked.find("message 3") != std::string::npos);
  CHECK(asked.find("message 4") == std::string::npos);
  const auto compacted = [&] {
    const Json runs = get(*stage.daemon, "/api/v1/runs?threadId=" + thread).json()["runs"];
    return std::any_of(runs.begin(), runs.end(),
                       [](const Json& run) { return run["kind"] == "compaction" && run["status"] == "completed"; });
  };
  for (int i = 0; i < 2000 && !compacted(); ++i) continue;
  REQUIRE(compacted());
  stage.turn(thread, "message 5");
  const Json request = stage.request(5);
  REQUIRE(request["messages"].size() == 3);
  CHECK(request["messages"][0]["content"] == "message 4");
  CHECK(user_text(request).find("<context>\nSummary of the conversation so far:\nMessages:") == 0);
}

TEST_CASE("what a turn cost is known for a model with a price, and not guessed for another") {
  const Stage stage(
      {}, {{"models/test.json",
            R"({"models":1,"entries":[{"id":"mock-n100","usd_per_million":{"input":1000,"output":2000}}]})"}});
  const std::string priced = stage.agent("mock-n100");
  const Json turn = stage.turn(make_thread(*stage.daemon, priced), "Hi");
  // 10 prompt tokens and 100 completion tokens.
  CHECK(turn["costKnown"] == true);
  CHECK(turn["costCents"] == 21);
  const std::string unpriced = stage.agent("mock-n7");
  const Json other = stage.turn(make_thread(*stage.daemon, unpriced), "Hi");
  CHECK(other["costKnown"] == false);
  CHECK(other["costCents"] == 0);
}

TEST_CASE("usage that comes twice counts once, and none is none") {
  const Stage stage;
  const auto twice = stage.say(stage.agent("mock-n5-usage2"), "Hi");
  CHECK(event_of(twice, "done")["usage"]["outputTokens"] == 5);
  const auto none = stage.say(stage.agent("mock-n5-nousage"), "Hi");
  CHECK_FALSE(event_of(none, "done").contains("usage"));
}

TEST_CASE("the trace of a turn is the client's, or made of the run's id") {
  const Stage stage;
  const std::string agent = stage.agent("mock-n1");
  Ask question = streamed_turn(agent);
  question.headers = {"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
  const auto events = events_of(ask(*stage.daemon, question).body);
  const std::string thread = events.front().data["thread_id"];
  const Json messages = stage.messages_of(thread);
  CHECK(messages["messages"][1]["responseJson"]["trace_id"] == "0af7651916cd43dd8448eb211c80319c");
}
