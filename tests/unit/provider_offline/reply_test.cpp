#include "reply.hpp"

#include <catch2/catch.hpp>

#include "requests.hpp"

using namespace platos::provider_offline;
using Catch::Contains;
using Catch::StartsWith;
using nlohmann::json;

namespace {

Reply reply_to(const json& request) { return plan_reply(parse_chat_request(request.dump())); }

std::string text_of(const json& request) {
  const Reply reply = reply_to(request);
  CHECK_FALSE(reply.tool_call);
  return reply.text;
}

std::string tool_of(const json& request) {
  const Reply reply = reply_to(request);
  return reply.tool_call ? reply.tool_call->name : "none";
}

json with_choice(json request, std::string_view choice) {
  request["tool_choice"] = choice;
  return request;
}

}  // namespace

TEST_CASE("a question becomes a search") {
  const Reply reply = reply_to(ask(" How do I \"cancel\" a run?\n"));
  REQUIRE(reply.tool_call);
  CHECK(reply.tool_call->id == "call_1");
  CHECK(reply.tool_call->name == "docs__search");
  CHECK(reply.tool_call->arguments_json == R"({"query":"How do I \"cancel\" a run?"})");
  CHECK(reply.text.empty());
}

TEST_CASE("each call of a conversation has its own id") {
  json request = answered(ask("one"), "text");
  request["messages"].push_back(message("assistant", "text"));
  request["messages"].push_back(message("user", "runs"));
  CHECK(reply_to(request).tool_call->id == "call_2");
}

TEST_CASE("the query is no longer than the docs skill takes") {
  std::string question;
  for (int i = 0; i < 600; ++i) question += "ü";
  question += " run";
  const Reply reply = reply_to(ask("run " + question));
  REQUIRE(reply.tool_call);
  const std::string query = json::parse(reply.tool_call->arguments_json)["query"];
  CHECK(query == "run " + question.substr(0, 2 * 496));
}

TEST_CASE("the docs skill is preferred among search tools") {
  CHECK(tool_of(ask("runs", {"web__search", "docs__search", "x__search"})) == "docs__search");
  CHECK(tool_of(ask("runs", {"files__read", "web__search", "x__search"})) == "web__search");
  CHECK(tool_of(ask("runs", {"docs__search_all", "search"})) == "none");
}

TEST_CASE("tool_choice is respected") {
  const json request = ask("runs", {"docs__search", "web__search", "files__read"});
  CHECK(tool_of(with_choice(request, "auto")) == "docs__search");
  CHECK(tool_of(with_choice(request, "required")) == "docs__search");
  CHECK(tool_of(with_choice(request, "web__search")) == "web__search");
  CHECK(tool_of(with_choice(request, "files__read")) == "none");
  CHECK(tool_of(with_choice(request, "none")) == "none");
  CHECK_THAT(text_of(with_choice(request, "none")), Contains("I can only answer with the docs skill"));
}

TEST_CASE("without a search tool it says what it needs") {
  CHECK_THAT(text_of(ask("How do I cancel a run?", {})), Contains("I can only answer with the docs skill"));
  CHECK_THAT(text_of(ask("How do I cancel a run?", {"files__read"})), Contains("skill `docs`"));
}

TEST_CASE("a greeting is answered with what this is and how to connect a model") {
  for (const std::string_view greeting : {"hi", "Hello!", "Good morning, Platos", "thanks", "Hey there", "Who are you?",
                                          "what can you do", "help", "", "?"}) {
    INFO(greeting);
    const std::string text = text_of(ask(greeting));
    CHECK_THAT(text, StartsWith("Hello! I am the offline assistant of Platos.") && Contains("no key and no network"));
    CHECK_THAT(text, Contains("`OPENAI_API_KEY`") && Contains("`openai:<name>`"));
    CHECK_THAT(text, Contains("Ollama") && Contains("`OPENAI_BASE_URL`"));
  }
  CHECK_FALSE(reply_to(json::parse(R"({"model": "docs", "messages": []})")).tool_call);
}

TEST_CASE("a question is no greeting, however polite") {
  for (const std::string_view question :
       {"Hello, how do I cancel a run?", "What is Platos?", "Platos", "Good day to install plugins", "highlights"}) {
    INFO(question);
    CHECK(tool_of(ask(question)) == "docs__search");
  }
}

TEST_CASE("results become an answer to the last question") {
  const std::string results =
      R"({"query":"q","results":[{"title":"Cancel","source":"runs.md","text":"Press stop to cancel.\n\nOther.","score":3}]})";
  CHECK(text_of(answered(ask("How do I cancel?"), results)) == "Press stop to cancel.\n\nFrom: Cancel (runs.md)");
  CHECK(text_of(answered(ask("How do I cancel?"), results.substr(0, results.find("o cancel")))) ==
        "Press stop t\n\nFrom: Cancel (runs.md)");
  CHECK(text_of(answered(ask("q"), "Plain words.")) == "Plain words.");
}

TEST_CASE("results of several searches are ranked together, failed ones left out") {
  json request = answered(ask("zebra"), R"({"results":[{"title":"A","source":"a","text":"zebra one","score":1}]})");
  request["messages"].push_back(
      message("tool", R"({"results":[{"title":"B","source":"b","text":"zebra two","score":9}]})"));
  json failed = message("tool", "no disk");
  failed["is_error"] = true;
  request["messages"].push_back(failed);
  CHECK(text_of(request) == "zebra two\n\nFrom: B (b)");
}

TEST_CASE("nothing found, not readable and failed are told apart") {
  const std::string nothing = text_of(answered(ask("zebra"), R"({"query":"zebra","results":[]})"));
  CHECK_THAT(nothing, StartsWith("I found nothing about that") && Contains("- the HTTP API"));
  CHECK_THAT(text_of(answered(ask("zebra"), R"({"items":[]})")), Contains("in a form that I cannot read"));
  CHECK_THAT(text_of(answered(ask("zebra"), "")), Contains("in a form that I cannot read"));
  CHECK(text_of(answered(ask("zebra"), " the index is broken\n", true)) ==
        "The search of the documentation failed: the index is broken");
  CHECK(text_of(answered(ask("zebra"), "", true)) ==
        "The search of the documentation failed: the tool gave no reason.");
  CHECK(text_of(answered(ask("zebra"), std::string(5000, 'x'), true)).size() < 900);
}
