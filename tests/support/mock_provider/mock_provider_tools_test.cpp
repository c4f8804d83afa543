// Tool calls, and the vendor's rules on the messages that carry them.
#include <catch2/catch.hpp>

#include "mock_provider/mock_client.hpp"
#include "mock_provider/mock_provider.hpp"

using namespace platos::tests;
using namespace platos::tests::mock;
using nlohmann::json;

namespace {

struct SeenCall {
  std::string id;
  std::string name;
  std::string arguments;
  int pieces = 0;
};

/// Puts the deltas together as a client does, and checks their form.
std::vector<SeenCall> calls_of(const Reply& reply) {
  std::vector<SeenCall> calls;
  for (const json& chunk : reply.chunks()) {
    const json& delta = chunk.at("choices").at(0).at("delta");
    if (!delta.contains("tool_calls")) continue;
    REQUIRE(delta["tool_calls"].size() == 1);
    const json& part = delta["tool_calls"][0];
    const auto index = part.at("index").get<std::size_t>();
    if (part.contains("id")) {
      REQUIRE(index == calls.size());
      CHECK(part.at("type") == "function");
      calls.push_back({part.at("id").get<std::string>(), part.at("function").at("name").get<std::string>(), "", 0});
    }
    calls.at(index).arguments += part.at("function").at("arguments").get<std::string>();
    ++calls.at(index).pieces;
  }
  return calls;
}

std::string finish_of(const Reply& reply) {
  return reply.chunks().back()["choices"][0]["finish_reason"].get<std::string>();
}

json after_result(const std::string& answered_id = "call_1") {
  const json call = {{"id", "call_1"}, {"type", "function"}, {"function", {{"name", "find"}, {"arguments", "{}"}}}};
  return {{{"role", "user"}, {"content", "ping"}},
          {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", {call}}},
          {{"role", "tool"}, {"tool_call_id", answered_id}, {"content", "found"}}};
}

json with_result(const std::vector<std::string>& names) {
  json more = offer(names);
  more["messages"] = after_result();
  return more;
}

}  // namespace

TEST_CASE("tool asks for the first tool on offer") {
  MockProvider vendor;
  MockClient client(vendor.port());
  json more = offer({"find", "send"});
  // Characters of several bytes where the arguments are cut in pieces.
  more["messages"] = {{{"role", "user"},
                       {"content",
                        "12345\xC3\xBC"
                        "1234567\xF0\x9F\x98\x80 \"you\""}}};
  const Reply reply = client.ask(streamed("mock-tool", more));
  CHECK(reply.chunks()[0]["choices"][0]["delta"] == json{{"role", "assistant"}, {"content", nullptr}});
  const auto calls = calls_of(reply);
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].name == "find");
  CHECK(!calls[0].id.empty());
  CHECK(calls[0].pieces > 3);
  CHECK(json::parse(calls[0].arguments) == json{{"query", more["messages"][0]["content"]}});
  CHECK(finish_of(reply) == "tool_calls");
}

TEST_CASE("tool answers with text when there is nothing to ask for") {
  MockProvider vendor;
  MockClient client(vendor.port());
  CHECK(calls_of(client.ask(streamed("mock-tool"))).empty());
  CHECK(client.ask(streamed("mock-tool-n2", with_result({"find"}))).chunks().size() == 4);
  json more = offer({"find"});
  more["tool_choice"] = "none";
  CHECK(calls_of(client.ask(streamed("mock-toolloop", more))).empty());

  json next_question = with_result({"find"});
  next_question["messages"].push_back({{"role", "assistant"}, {"content", "found it"}});
  next_question["messages"].push_back({{"role", "user"}, {"content", "again"}});
  const auto calls = calls_of(client.ask(streamed("mock-tool", next_question)));
  REQUIRE(calls.size() == 1);
  CHECK(json::parse(calls[0].arguments)["query"] == "again");
}

TEST_CASE("tools asks for several at once, toolloop for ever") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const auto calls = calls_of(client.ask(streamed("mock-tools3", offer({"find", "send"}))));
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].name == "find");
  CHECK(calls[1].name == "send");
  CHECK(calls[2].name == "find");
  CHECK(calls[0].id != calls[2].id);
  CHECK(calls_of(client.ask(streamed("mock-tools3", with_result({"find"})))).empty());
  const auto first = calls_of(client.ask(streamed("mock-toolloop", with_result({"find"}))));
  const auto second = calls_of(client.ask(streamed("mock-toolloop-tools2", with_result({"find"}))));
  REQUIRE(first.size() == 1);
  REQUIRE(second.size() == 2);
  CHECK(first[0].id != second[0].id);
}

TEST_CASE("tool_choice names the tool") {
  MockProvider vendor;
  MockClient client(vendor.port());
  json more = offer({"find", "send"});
  more["tool_choice"] = {{"type", "function"}, {"function", {{"name", "send"}}}};
  const auto calls = calls_of(client.ask(streamed("mock-tool", more)));
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].name == "send");
  more["tool_choice"]["function"]["name"] = "other";
  CHECK(client.ask(streamed("mock-tool", more)).status == 400);
}

TEST_CASE("tool calls without stream") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const json choice = client.ask(chat("mock-tools2", offer({"find"}))).parsed()["choices"][0];
  CHECK(choice["finish_reason"] == "tool_calls");
  CHECK(choice["message"]["content"].is_null());
  REQUIRE(choice["message"]["tool_calls"].size() == 2);
  const json& call = choice["message"]["tool_calls"][1];
  CHECK(call["type"] == "function");
  CHECK(call["function"]["name"] == "find");
  CHECK(json::parse(call["function"]["arguments"].get<std::string>()) == json{{"query", "ping pong"}});
}

TEST_CASE("tool calls that a client must not trust") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const auto bad = calls_of(client.ask(streamed("mock-badargs", offer({"find"}))));
  REQUIRE(bad.size() == 1);
  CHECK(!json::accept(bad[0].arguments));
  const auto array = calls_of(client.ask(streamed("mock-arrayargs", offer({"find"}))));
  REQUIRE(array.size() == 1);
  CHECK(json::parse(array[0].arguments) == json::array({"ping pong"}));
  const auto unknown = calls_of(client.ask(streamed("mock-unknowntool", offer({"find", "no_such_tool"}))));
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].name == "no_such_tool_");
  CHECK(calls_of(client.ask(streamed("mock-unknowntool"))).size() == 1);

  CHECK(!json::accept(calls_of(client.ask(streamed("mock-badargs-once", offer({"find"})))).at(0).arguments));
  CHECK(json::accept(calls_of(client.ask(streamed("mock-badargs-once", offer({"find"})))).at(0).arguments));
}

TEST_CASE("messages that the vendor refuses") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const auto error = [&](const json& more) {
    const Reply reply = client.ask(chat("mock", more));
    CHECK(reply.status == 400);
    return reply.parsed()["error"]["message"].get<std::string>();
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(error({{"messages", after_result("call_2")}}), Contains("call_2"));
  json unanswered = after_result();
  unanswered.erase(2);
  CHECK_THAT(error({{"messages", unanswered}}), Contains("call_1"));
  CHECK_THAT(error({{"messages", json::array()}}), Contains("messages"));
  CHECK_THAT(error({{"messages", {{{"role", "robot"}, {"content", ""}}}}}), Contains("robot"));
  CHECK_THAT(error({{"messages", {{{"content", ""}}}}}), Contains("role"));
  CHECK_THAT(error({{"stream_options", {{"include_usage", true}}}}), Contains("stream_options"));
  CHECK_THAT(error({{"max_tokens", 0}}), Contains("max_tokens"));
  CHECK(client.ask(json::array()).status == 400);
  CHECK(client.ask(chat("mock")).status == 200);
}
