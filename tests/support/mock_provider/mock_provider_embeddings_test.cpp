// The embeddings wire, with the failures that it shares with the chat wire.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "mock_provider/embeddings.hpp"
#include "mock_provider/mock_client.hpp"
#include "mock_provider/mock_provider.hpp"

using namespace platos::tests;
using namespace platos::tests::mock;
using nlohmann::json;

namespace {

void post(MockClient& client, const std::string& body) {
  client.send("POST /v1/embeddings HTTP/1.1\r\nHost: mock\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
}

Reply ask(MockClient& client, const json& body) {
  post(client, body.dump());
  return client.reply();
}

json embed(const std::string& model, json more = json::object()) {
  json body = {{"model", model}, {"input", {"one", "two"}}};
  body.update(more);
  return body;
}

}  // namespace

TEST_CASE("every text has its vector, in order, of the asked dimensions") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply reply = ask(client, embed("mock", {{"dimensions", 5}}));
  CHECK(reply.status == 200);
  CHECK(reply.has_header("Content-Type: application/json"));
  const json body = reply.parsed();
  CHECK(body["object"] == "list");
  CHECK(body["model"] == "mock");
  CHECK(body["usage"] == json{{"prompt_tokens", 20}, {"total_tokens", 20}});
  REQUIRE(body["data"].size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(body["data"][i]["object"] == "embedding");
    CHECK(body["data"][i]["index"] == i);
    CHECK(body["data"][i]["embedding"].get<std::vector<float>>() == mock_vector(i == 0 ? "one" : "two", 5));
  }
  CHECK(ask(client, embed("mock")).parsed()["data"][0]["embedding"].size() == 1536);
  CHECK(ask(client, embed("mock", {{"input", "alone"}})).parsed()["data"].size() == 1);
  CHECK(!ask(client, embed("mock-nousage")).parsed().contains("usage"));
  CHECK(vendor.total() == 4);
}

TEST_CASE("vectors depend on the text alone and have length 1") {
  const auto vector = mock_vector("text", 64);
  CHECK(vector == mock_vector("text", 64));
  CHECK(vector != mock_vector("texts", 64));
  CHECK(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0) == Approx(1.0).epsilon(1e-6));
  CHECK(mock_vector("", 1) == std::vector<float>{std::copysign(1.0F, mock_vector("", 1)[0])});
}

TEST_CASE("base64 holds the same floats") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const json options = {{"dimensions", 1}, {"encoding_format", "base64"}, {"input", {"one", "two", "three", "four"}}};
  const json answer = ask(client, embed("mock", options)).parsed();
  for (const json& item : answer["data"]) {
    // Of a vector of one number only 1 and -1 are left.
    CHECK((item["embedding"] == "AACAPw==" || item["embedding"] == "AACAvw=="));
  }
  const json longer = ask(client, embed("mock", {{"dimensions", 3}, {"encoding_format", "base64"}})).parsed();
  CHECK(longer["data"][0]["embedding"].get<std::string>().size() == 16);
}

TEST_CASE("what the vendor refuses is refused") {
  MockProvider vendor;
  MockClient client(vendor.port());
  for (const json& more :
       {json{{"input", json::array()}}, json{{"input", {"a", ""}}}, json{{"input", ""}}, json{{"input", 7}},
        json{{"input", {1, 2}}}, json{{"dimensions", 0}}, json{{"dimensions", 4000}}, json{{"dimensions", "5"}},
        json{{"encoding_format", "hex"}}, json{{"model", 1}}, json{{"input", std::vector<std::string>(2049, "a")}}}) {
    INFO(more.dump().substr(0, 100));
    const Reply reply = ask(client, embed("mock", more));
    CHECK(reply.status == 400);
    CHECK(reply.parsed()["error"]["type"] == "invalid_request_error");
  }
  post(client, "[]");
  CHECK(client.reply().status == 400);
  post(client, "{");
  CHECK(client.reply().status == 400);
  CHECK(ask(client, embed("gpt-4o")).status == 404);
  client.get("/v1/embeddings");
  CHECK(client.reply().status == 405);
}

TEST_CASE("the words for failures work for embeddings") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply limited = ask(client, embed("mock-s429-retry7"));
  CHECK(limited.status == 429);
  CHECK(limited.has_header("Retry-After: 7\r\n"));
  CHECK(limited.parsed()["error"]["code"] == "rate_limit_exceeded");
  CHECK(ask(client, embed("mock-s503-once")).status == 503);
  CHECK(ask(client, embed("mock-s503-once")).status == 200);
  CHECK(ask(client, embed("mock-html")).has_header("text/html"));
  CHECK(!json::accept(ask(client, embed("mock-garbage")).body));
  MockClient cut(vendor.port());
  CHECK(!ask(cut, embed("mock-cut0")).complete);
  MockClient refused(vendor.port());
  CHECK(ask(refused, embed("mock-refuse")).status == 0);
}

TEST_CASE("a held embeddings request goes on when it is released") {
  MockProvider vendor;
  MockClient client(vendor.port());
  post(client, embed("mock-hang").dump());
  REQUIRE(vendor.wait_until([](const MockStats& stats) { return stats.held == 1; }, kPatience));
  vendor.release();
  CHECK(client.reply().parsed()["data"].size() == 2);
}
