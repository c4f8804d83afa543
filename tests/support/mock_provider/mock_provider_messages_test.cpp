// The Messages route: the same words on the other wire.
#include <catch2/catch.hpp>

#include "mock_provider/messages_request.hpp"
#include "mock_provider/mock_client.hpp"
#include "mock_provider/mock_provider.hpp"

using namespace platos::tests;
using namespace platos::tests::mock;
using nlohmann::json;

namespace {

json message_request(const std::string& model, const json& more = json::object()) {
  json body = {{"model", model},
               {"max_tokens", 1000},
               {"stream", true},
               {"messages", {{{"role", "user"}, {"content", "ping pong"}}}}};
  body.update(more);
  return body;
}

json offer_tools(const std::vector<std::string>& names, const json& choice = nullptr) {
  json more = {{"tools", json::array()}};
  for (const auto& name : names) more["tools"].push_back({{"name", name}, {"input_schema", {{"type", "object"}}}});
  if (!choice.is_null()) more["tool_choice"] = choice;
  return more;
}

Reply ask_message(MockClient& client, const json& body) {
  client.post_message(body);
  return client.reply();
}

std::vector<std::string> types_of(const std::vector<json>& events) {
  std::vector<std::string> types;
  for (const json& event : events) types.push_back(event["type"].get<std::string>());
  return types;
}

/// Refusal of a request with these members; "" when it is taken.
std::string problem_of(const json& more) {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply reply = ask_message(client, message_request("mock-n1", more));
  if (reply.status == 200) return {};
  CHECK(reply.status == 400);
  CHECK(reply.parsed()["type"] == "error");
  CHECK(reply.parsed()["error"]["type"] == "invalid_request_error");
  return reply.parsed()["error"]["message"].get<std::string>();
}

const json kCall = {{"type", "tool_use"}, {"id", "toolu_1"}, {"name", "find"}, {"input", json::object()}};
const json kResult = {{"type", "tool_result"}, {"tool_use_id", "toolu_1"}, {"content", "found"}};

json conversation(const json& assistant_blocks, const json& user_blocks) {
  return {{"messages",
           {{{"role", "user"}, {"content", "ping"}},
            {{"role", "assistant"}, {"content", assistant_blocks}},
            {{"role", "user"}, {"content", user_blocks}}}}};
}

}  // namespace

TEST_CASE("a Messages stream has the named events of the vendor in their order") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply reply = ask_message(client, message_request("mock-n2-echo"));
  CHECK(reply.status == 400);
  const Reply good = ask_message(client, message_request("mock-echo"));
  CHECK(good.complete);
  CHECK(good.has_header("Content-Type: text/event-stream; charset=utf-8\r\n"));
  const auto events = good.named_events();
  CHECK(types_of(events) == std::vector<std::string>{"message_start", "ping", "content_block_start",
                                                     "content_block_delta", "content_block_delta", "content_block_stop",
                                                     "message_delta", "message_stop"});
  CHECK(events[0]["message"]["role"] == "assistant");
  CHECK(events[0]["message"]["usage"] == json{{"input_tokens", 10},
                                              {"cache_creation_input_tokens", 0},
                                              {"cache_read_input_tokens", 0},
                                              {"output_tokens", 1}});
  CHECK(events[2]["content_block"] == json{{"type", "text"}, {"text", ""}});
  CHECK(events[3]["delta"] == json{{"type", "text_delta"}, {"text", "ping "}});
  CHECK(events[6]["delta"] == json{{"stop_reason", "end_turn"}, {"stop_sequence", nullptr}});
  CHECK(events[6]["usage"]["output_tokens"] == 2);
  CHECK(vendor.total() == 2);
}

TEST_CASE("tool calls of a Messages stream are blocks of their own") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const auto events = ask_message(client, message_request("mock-tools2", offer_tools({"find", "send"}))).named_events();
  std::vector<std::string> names;
  std::vector<std::string> inputs(2);
  int stops = 0;
  for (const json& event : events) {
    if (event["type"] == "content_block_start") {
      CHECK(event["index"] == names.size());
      CHECK(event["content_block"]["input"] == json::object());
      names.push_back(event["content_block"]["name"].get<std::string>());
    }
    if (event["type"] == "content_block_delta") {
      inputs.at(event["index"].get<std::size_t>()) += event["delta"]["partial_json"].get<std::string>();
    }
    if (event["type"] == "content_block_stop") ++stops;
  }
  CHECK(names == std::vector<std::string>{"find", "send"});
  CHECK(stops == 2);
  for (const auto& input : inputs) CHECK(json::parse(input) == json{{"query", "ping pong"}});
  CHECK(events.at(events.size() - 2)["delta"]["stop_reason"] == "tool_use");
}

TEST_CASE("a demanded tool is called without a word for it, none is not") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const auto called = [&](const std::string& model, const json& more) -> std::string {
    json body = message_request(model, more);
    body["stream"] = false;
    const json block = ask_message(client, body).parsed()["content"][0];
    return block.value("name", "");
  };
  CHECK(called("mock", offer_tools({"a", "b"}, {{"type", "any"}})) == "a");
  CHECK(called("mock", offer_tools({"a", "b"}, {{"type", "tool"}, {"name", "b"}})) == "b");
  CHECK(called("mock-tool", offer_tools({"a"}, {{"type", "none"}})) == "");
  CHECK(called("mock", offer_tools({"a"}, {{"type", "auto"}})) == "");
  json answered = offer_tools({"find"});
  answered.update(conversation(json::array({kCall}), json::array({kResult})));
  CHECK(called("mock-tool", answered) == "");
}

TEST_CASE("a Messages answer without stream is one object") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const json body = ask_message(client, message_request("mock-n9", {{"stream", false}, {"max_tokens", 3}})).parsed();
  CHECK(body["type"] == "message");
  CHECK(body["stop_reason"] == "max_tokens");
  CHECK(body["content"][0]["text"].get<std::string>().size() == 3 * 18);
  CHECK(body["usage"]["output_tokens"] == 3);
  const json none = ask_message(client, message_request("mock-nousage", {{"stream", false}})).parsed();
  CHECK_FALSE(none.contains("usage"));
}

TEST_CASE("enabled thinking gives a signed thought, whose signature must come back") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const json thinking = {{"thinking", {{"type", "enabled"}, {"budget_tokens", 1024}}}, {"max_tokens", 2000}};
  const auto events = ask_message(client, message_request("mock-n1", thinking)).named_events();
  CHECK(events[2]["content_block"]["type"] == "thinking");
  CHECK(events[3]["delta"]["type"] == "thinking_delta");
  CHECK(events[4]["delta"] == json{{"type", "signature_delta"}, {"signature", kThoughtSignature}});
  CHECK(events[6]["index"] == 1);
  const auto thought = [](const std::string& signature) {
    return json{{"type", "thinking"}, {"thinking", "hm"}, {"signature", signature}};
  };
  CHECK(problem_of(conversation(json::array({thought(kThoughtSignature), kCall}), json::array({kResult}))).empty());
  CHECK(problem_of(conversation(json::array({thought("other"), kCall}), json::array({kResult}))) ==
        "Invalid `signature` in `thinking` block");
}

TEST_CASE("with a cache mark all but the last message is read from the cache") {
  MockProvider vendor;
  MockClient client(vendor.port());
  json more = conversation(json::array({kCall}), json::array({kResult}));
  more["system"] = {{{"type", "text"}, {"text", "s"}, {"cache_control", {{"type", "ephemeral"}}}}};
  const json usage = ask_message(client, message_request("mock-n1", more)).named_events()[0]["message"]["usage"];
  CHECK(usage["input_tokens"] == 10);
  CHECK(usage["cache_read_input_tokens"] == 20);
}

TEST_CASE("what the Messages vendor refuses") {
  const json text = {{"type", "text"}, {"text", "t"}};
  using Catch::Matchers::Contains;
  CHECK_THAT(problem_of({{"max_tokens", nullptr}}), Contains("body"));
  CHECK_THAT(problem_of({{"max_tokens", 0}}), Contains("max_tokens"));
  CHECK_THAT(problem_of({{"messages", json::array()}}), Contains("at least one"));
  CHECK_THAT(problem_of({{"messages", {{{"role", "assistant"}, {"content", "a"}}}}}), Contains("first message"));
  CHECK_THAT(problem_of({{"messages", {{{"role", "system"}, {"content", "a"}}}}}), Contains("unknown role"));
  CHECK_THAT(problem_of({{"messages", {{{"role", "user"}, {"content", "a"}}, {{"role", "user"}, {"content", "b"}}}}}),
             Contains("alternate"));
  CHECK_THAT(problem_of({{"messages", {{{"role", "user"}, {"content", " \n"}}}}}), Contains("non-whitespace"));
  CHECK_THAT(problem_of(conversation(json::array({kCall}), json::array({text}))), Contains("toolu_1"));
  CHECK_THAT(problem_of(conversation(json::array({text}), json::array({kResult}))),
             Contains("unexpected `tool_use_id`"));
  CHECK_THAT(problem_of(conversation(json::array({kCall}), json::array({text, kResult}))),
             Contains("must come before"));
  CHECK_THAT(problem_of({{"tool_choice", {{"type", "any"}}}}), Contains("providing tools"));
  CHECK_THAT(problem_of(offer_tools({"a"}, {{"type", "tool"}, {"name", "b"}})), Contains("'b'"));
  const json enabled = {{"type", "enabled"}, {"budget_tokens", 1024}};
  CHECK_THAT(problem_of({{"thinking", enabled}}), Contains("must be greater"));
  CHECK_THAT(problem_of({{"thinking", enabled}, {"max_tokens", 1025}, {"temperature", 1}}), Contains("temperature"));
  json marks = json::array();
  for (int i = 0; i < 5; ++i) marks.push_back({{"type", "text"}, {"text", "s"}, {"cache_control", json::object()}});
  CHECK_THAT(problem_of({{"system", marks}}), Contains("maximum of 4"));
  CHECK(problem_of(json::object()).empty());
}

TEST_CASE("failures on the Messages route have the vendor's bodies") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply limited = ask_message(client, message_request("mock-s429-retry7"));
  CHECK(limited.status == 429);
  CHECK(limited.has_header("Retry-After: 7\r\n"));
  CHECK(limited.parsed()["error"]["type"] == "rate_limit_error");
  CHECK(ask_message(client, message_request("mock-s529-once")).parsed()["error"] ==
        json{{"type", "overloaded_error"}, {"message", "Overloaded"}});
  CHECK(ask_message(client, message_request("mock-s529-once")).status == 200);
  CHECK(ask_message(client, message_request("other")).parsed()["error"]["type"] == "not_found_error");
  client.send("POST /v1/messages HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
  const Reply keyless = client.reply();
  CHECK(keyless.status == 401);
  CHECK(keyless.parsed()["error"]["type"] == "authentication_error");
  client.get("/v1/messages");
  CHECK(client.reply().status == 405);

  const Reply garbage = ask_message(client, message_request("mock-garbage-n1"));
  CHECK(garbage.body.substr(0, 54) == "event: content_block_delta\ndata: {\"type\": [oops 0\n\neve");
  client.post_message(message_request("mock-n5-cut2"));
  const Reply cut = client.reply();
  CHECK_FALSE(cut.complete);
  CHECK(types_of(cut.named_events()).size() == 5);
}

TEST_CASE("a held Messages stream goes on after release") {
  MockProvider vendor;
  MockClient client(vendor.port());
  client.post_message(message_request("mock-n3-hang1"));
  REQUIRE(vendor.wait_until([](const MockStats& stats) { return stats.held == 1; }, kPatience));
  vendor.release();
  CHECK(types_of(client.reply().named_events()).back() == "message_stop");
}
