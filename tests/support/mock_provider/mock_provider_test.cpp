// The wire of a healthy vendor: streams, whole answers, connections, the other paths, time.
#include "mock_provider/mock_provider.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "mock_provider/clock.hpp"
#include "mock_provider/mock_client.hpp"

using namespace platos::tests;
using namespace platos::tests::mock;
using nlohmann::json;

namespace {

std::vector<std::int64_t> stamps(const std::string& text) {
  std::vector<std::int64_t> found;
  REQUIRE(text.size() % 18 == 0);
  for (std::size_t at = 0; at < text.size(); at += 18) {
    REQUIRE(text[at] == '@');
    REQUIRE(text[at + 17] == '@');
    found.push_back(std::stoll(text.substr(at + 1, 16)));
  }
  return found;
}

const json kUsageAsked = {{"stream_options", {{"include_usage", true}}}};

}  // namespace

TEST_CASE("a stream has the frames of the vendor") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply reply = client.ask(streamed("mock-n3"));
  CHECK(reply.status == 200);
  CHECK(reply.complete);
  CHECK(reply.has_header("Content-Type: text/event-stream; charset=utf-8\r\n"));
  const auto chunks = reply.chunks();
  REQUIRE(chunks.size() == 5);
  for (const json& chunk : chunks) {
    CHECK(chunk["id"] == chunks[0]["id"]);
    CHECK(chunk["object"] == "chat.completion.chunk");
    CHECK(chunk["created"].get<std::int64_t>() > 1'600'000'000);
    CHECK(chunk["model"] == "mock-n3");
    CHECK(chunk["choices"].size() == 1);
    CHECK(chunk["choices"][0]["index"] == 0);
    CHECK(!chunk.contains("usage"));
  }
  CHECK(chunks[0]["choices"][0]["delta"]["role"] == "assistant");
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(chunks[i]["choices"][0]["delta"].size() == 1);
    CHECK(chunks[i]["choices"][0]["finish_reason"].is_null());
  }
  CHECK(chunks[4]["choices"][0]["delta"].empty());
  CHECK(chunks[4]["choices"][0]["finish_reason"] == "stop");
}

TEST_CASE("usage comes when it is asked for") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const auto chunks = client.ask(streamed("mock-n3", kUsageAsked)).chunks();
  REQUIRE(chunks.size() == 6);
  for (std::size_t i = 0; i < 5; ++i) CHECK(chunks[i].at("usage").is_null());
  CHECK(chunks[5]["choices"] == json::array());
  CHECK(chunks[5]["usage"]["prompt_tokens"] == 10);
  CHECK(chunks[5]["usage"]["completion_tokens"] == 3);
  CHECK(chunks[5]["usage"]["total_tokens"] == 13);

  const auto twice = client.ask(streamed("mock-n3-usage2", kUsageAsked)).chunks();
  REQUIRE(twice.size() == 7);
  CHECK(twice[5]["usage"]["completion_tokens"] == 0);
  CHECK(twice[6]["usage"] == chunks[5]["usage"]);
  CHECK(client.ask(streamed("mock-n3-nousage", kUsageAsked)).chunks().size() == 5);
  CHECK(!client.ask(chat("mock-nousage")).parsed().contains("usage"));
}

TEST_CASE("an answer without stream is one object") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply reply = client.ask(chat("mock-n4"));
  CHECK(reply.status == 200);
  CHECK(reply.has_header("Content-Type: application/json\r\n"));
  const json body = reply.parsed();
  CHECK(body["object"] == "chat.completion");
  CHECK(body["choices"][0]["finish_reason"] == "stop");
  CHECK(body["choices"][0]["message"]["role"] == "assistant");
  CHECK(stamps(body["choices"][0]["message"]["content"].get<std::string>()).size() == 4);
  CHECK(body["usage"]["completion_tokens"] == 4);
}

TEST_CASE("tokens hold the time at which they were sent") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const std::int64_t start_us = monotonic_ns() / 1000;
  const auto times = stamps(client.ask(streamed("mock-d40-r100-n6")).text());
  const std::int64_t end_us = monotonic_ns() / 1000;
  REQUIRE(times.size() == 6);
  for (std::size_t i = 0; i < times.size(); ++i) {
    CHECK(times[i] >= start_us + 40'000 + static_cast<std::int64_t>(i) * 10'000);
    CHECK(times[i] <= end_us);
  }
}

TEST_CASE("stamps increase, however fast the tokens are made") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const json body = client.ask(chat("mock-n5000")).parsed();
  for (const auto& text :
       {client.ask(streamed("mock-n5000")).text(), body["choices"][0]["message"]["content"].get<std::string>()}) {
    const auto times = stamps(text);
    REQUIRE(times.size() == 5000);
    CHECK(std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end());
  }
}

TEST_CASE("an answer without stream takes as long as its tokens") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const std::int64_t start_us = monotonic_ns() / 1000;
  const json body = client.ask(chat("mock-d20-r100-n5")).parsed();
  const auto times = stamps(body["choices"][0]["message"]["content"].get<std::string>());
  CHECK(times.at(0) >= start_us + 20'000 + 4 * 10'000);
}

TEST_CASE("the head of a stream does not wait for the first token, unless asked to") {
  MockProvider vendor;
  MockClient waiting(vendor.port());
  waiting.post(streamed("mock-d3600000"));
  CHECK(waiting.peek_until("\r\n\r\n").find("data:") == std::string::npos);

  MockClient late(vendor.port());
  const std::int64_t start_ns = monotonic_ns();
  late.post(streamed("mock-d50-slowhead"));
  late.peek_until("HTTP/1.1 200 OK");
  CHECK(monotonic_ns() - start_ns >= 50'000'000);
}

TEST_CASE("echo gives the last user message back, word by word") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const std::string said = "  two\n\"quoted\" \\words, gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80\tend ";
  const json messages = {{{"role", "system"}, {"content", "be brief"}},
                         {{"role", "user"}, {"content", "not this"}},
                         {{"role", "assistant"}, {"content", nullptr}},
                         {{"role", "user"}, {"content", {{{"type", "text"}, {"text", said}}}}}};
  const Reply reply = client.ask(streamed("mock-echo", {{"messages", messages}}));
  CHECK(reply.text() == said);
  CHECK(reply.chunks().size() == 1 + 6 + 1);
  CHECK(client.ask(chat("mock-echo", {{"messages", messages}})).parsed()["choices"][0]["message"]["content"] == said);
}

TEST_CASE("a token limit ends an answer with the reason length") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const auto chunks = client.ask(streamed("mock-n9", {{"max_completion_tokens", 2}})).chunks();
  CHECK(chunks.size() == 4);
  CHECK(chunks.back()["choices"][0]["finish_reason"] == "length");
  CHECK(client.ask(streamed("mock-n9", {{"max_tokens", 9}})).chunks().back()["choices"][0]["finish_reason"] == "stop");
}

TEST_CASE("big makes one token of that size") {
  MockProvider vendor;
  MockClient client(vendor.port());
  CHECK(client.ask(streamed("mock-big300-n1")).text() == std::string(300 * 1024, 'x'));
}

TEST_CASE("one connection serves many requests") {
  MockProvider vendor;
  MockClient client(vendor.port());
  SECTION("one after the other") {
    for (int i = 0; i < 3; ++i) CHECK(client.ask(i % 2 == 0 ? streamed("mock") : chat("mock")).complete);
  }
  SECTION("sent before the first is answered") {
    client.post(streamed("mock-d20-n1"));
    client.post(streamed("mock-echo"));
    client.get("/v1/models");
    CHECK(stamps(client.reply().text()).size() == 1);
    CHECK(client.reply().text() == "ping pong");
    CHECK(client.reply().parsed()["data"][0]["id"] == "mock");
  }
  SECTION("until the client asks to close it") {
    const std::string body = streamed("mock").dump();
    client.send("POST /v1/chat/completions HTTP/1.1\r\nconnection: Close\r\ncontent-length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    const Reply reply = client.reply();
    CHECK(reply.complete);
    CHECK(reply.has_header("Connection: close\r\n"));
    CHECK(client.at_end());
    CHECK(vendor.wait_until([](const MockStats& stats) { return stats.active == 0; }, kPatience));
    CHECK(vendor.aborted() == 0);
  }
}

TEST_CASE("request bodies may be chunked, or wait for permission") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const std::string body = streamed("mock-echo").dump();
  SECTION("chunked, byte by byte") {
    std::string wire = "POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;note=x\r\n" +
                       body.substr(0, 3) + "\r\n";
    char size[16];
    std::snprintf(size, sizeof size, "%zX\r\n", body.size() - 3);
    wire += size + body.substr(3) + "\r\n0\r\nTrailer: t\r\n\r\n";
    for (const char byte : wire) client.send({&byte, 1});
  }
  SECTION("100-continue") {
    client.send("POST /v1/chat/completions HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n");
    CHECK(client.reply().status == 100);
    client.send(body);
  }
  CHECK(client.reply().text() == "ping pong");
  CHECK(vendor.requests().at(0).body == body);
}

TEST_CASE("what came in can be looked at") {
  MockProvider vendor({.port = 0, .kept_requests = 3});
  CHECK(vendor.base_url() == "http://127.0.0.1:" + std::to_string(vendor.port()) + "/v1");
  MockClient client(vendor.port());
  for (int i = 1; i <= 5; ++i) REQUIRE(client.ask(chat("mock-tag" + std::to_string(i))).status == 200);
  const auto requests = vendor.requests();
  REQUIRE(requests.size() == 3);
  CHECK(json::parse(requests[0].body)["model"] == "mock-tag3");
  CHECK(requests[2].method == "POST");
  CHECK(requests[2].path == "/v1/chat/completions");
  CHECK(requests[2].header("authorization") == "Bearer key");
  CHECK(requests[2].header("missing").empty());
  CHECK(vendor.total() == 5);
  CHECK(vendor.max_active() == 1);
}

TEST_CASE("other paths") {
  MockProvider vendor;
  MockClient client(vendor.port());
  REQUIRE(client.ask(chat("mock")).status == 200);
  REQUIRE(vendor.wait_until([](const MockStats& stats) { return stats.active == 0; }, kPatience));
  client.get("/stats?pretty");
  CHECK(client.reply().parsed() == json{{"active", 0}, {"max_active", 1}, {"total", 1}, {"aborted", 0}});
  client.get("/v2/nothing");
  const Reply missing = client.reply();
  CHECK(missing.status == 404);
  CHECK(missing.parsed()["error"]["type"] == "invalid_request_error");
  client.get("/v1/chat/completions");
  CHECK(client.reply().status == 405);
}
