// Vendors that fail: statuses, broken bodies, broken connections, and model names that make no sense.
#include <catch2/catch.hpp>
#include <optional>

#include "mock_provider/mock_client.hpp"
#include "mock_provider/mock_provider.hpp"

using namespace platos::tests;
using namespace platos::tests::mock;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

bool wait_held(const MockProvider& vendor, std::int64_t count) {
  return vendor.wait_until([count](const MockStats& stats) { return stats.held == count; }, kPatience);
}

bool wait_idle(const MockProvider& vendor) {
  return vendor.wait_until([](const MockStats& stats) { return stats.active == 0; }, kPatience);
}

}  // namespace

TEST_CASE("a status comes with the vendor's error body") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const Reply limited = client.ask(streamed("mock-s429-retry7"));
  CHECK(limited.status == 429);
  CHECK(limited.has_header("Retry-After: 7\r\n"));
  CHECK(limited.parsed()["error"]["code"] == "rate_limit_exceeded");
  CHECK(client.ask(chat("mock-s401")).parsed()["error"]["code"] == "invalid_api_key");
  const Reply overloaded = client.ask(streamed("mock-s503"));
  CHECK(overloaded.status == 503);
  CHECK(!overloaded.has_header("Retry-After"));
  CHECK(overloaded.parsed()["error"]["type"] == "server_error");
  CHECK(vendor.total() == 3);
}

TEST_CASE("a failure may stop after some requests of the same model") {
  MockProvider vendor;
  MockClient client(vendor.port());
  CHECK(client.ask(streamed("mock-s500-once")).status == 500);
  CHECK(client.ask(streamed("mock-s500-once")).text().size() == 16 * 18);
  CHECK(client.ask(streamed("mock-s500-once-tag2")).status == 500);
  for (const int expected : {503, 503, 200, 200}) CHECK(client.ask(chat("mock-s503-times2")).status == expected);
}

TEST_CASE("bodies that are not what they should be") {
  MockProvider vendor;
  MockClient client(vendor.port());
  SECTION("garbage") {
    const Reply reply = client.ask(streamed("mock-garbage-n3"));
    CHECK(reply.status == 200);
    const auto events = reply.events();
    REQUIRE(events.size() == 4);
    for (std::size_t i = 0; i < 3; ++i) CHECK(!json::accept(events[i]));
    CHECK(!json::accept(client.ask(chat("mock-garbage")).body));
  }
  SECTION("html") {
    const Reply reply = client.ask(streamed("mock-html"));
    CHECK(reply.status == 200);
    CHECK(reply.has_header("Content-Type: text/html"));
    CHECK(reply.body.substr(0, 9) == "<!doctype");
  }
  SECTION("half a character") {
    const auto events = client.ask(streamed("mock-halfutf8-n2")).events();
    REQUIRE(events.size() == 5);
    CHECK(!json::accept(events[1]));
    CHECK_THAT(events[1], Contains("@\xC3\"}"));
    CHECK(json::accept(events[2]));
  }
}

TEST_CASE("cut closes the connection before the end") {
  MockProvider vendor;
  SECTION("after some tokens") {
    MockClient client(vendor.port());
    const Reply reply = client.ask(streamed("mock-cut2"));
    CHECK(!reply.complete);
    CHECK(reply.events().size() == 1 + 2);
    CHECK_THAT(reply.body, !Contains("\"finish_reason\":\"stop\""));
    CHECK(client.at_end());
  }
  SECTION("after all tokens, when there are not so many") {
    MockClient client(vendor.port());
    const Reply reply = client.ask(streamed("mock-n3-cut9"));
    CHECK(!reply.complete);
    CHECK(reply.events().size() == 1 + 3);
  }
  SECTION("in the middle of a body without stream") {
    MockClient client(vendor.port());
    const Reply reply = client.ask(chat("mock-cut2"));
    CHECK(!reply.complete);
    CHECK(!reply.body.empty());
  }
  SECTION("before the first byte") {
    MockClient client(vendor.port());
    CHECK(client.ask(streamed("mock-refuse")).status == 0);
  }
  CHECK(wait_idle(vendor));
  CHECK(vendor.aborted() == 0);
}

TEST_CASE("hang holds a request until it is released") {
  MockProvider vendor;
  MockClient silent(vendor.port());
  MockClient started(vendor.port());
  MockClient whole(vendor.port());
  silent.post(streamed("mock-hang-n2"));
  started.post(streamed("mock-hang2-n5"));
  whole.post(chat("mock-hang1"));
  REQUIRE(wait_held(vendor, 3));
  CHECK(vendor.active() == 3);
  vendor.release();
  CHECK(silent.reply().text().size() == 2 * 18);
  CHECK(started.reply().text().size() == 5 * 18);
  CHECK(whole.reply().parsed()["object"] == "chat.completion");
  CHECK(wait_idle(vendor));
  CHECK(vendor.stats().held == 0);
  CHECK(vendor.aborted() == 0);

  silent.post(chat("mock-hang"));
  CHECK(wait_held(vendor, 1));
}

TEST_CASE("hang sends as many tokens as it says, and no more") {
  std::optional<MockProvider> vendor(std::in_place);
  MockClient client(vendor->port());
  client.post(streamed("mock-hang2"));
  REQUIRE(wait_held(*vendor, 1));
  vendor.reset();
  const Reply reply = client.reply();
  CHECK(!reply.complete);
  CHECK(reply.events().size() == 1 + 2);
}

TEST_CASE("release lets go only of what is held") {
  MockProvider vendor;
  vendor.release();
  MockClient first(vendor.port());
  first.post(streamed("mock-hang2-cut2"));
  REQUIRE(wait_held(vendor, 1));
  vendor.release();
  CHECK(first.reply().events().size() == 1 + 2);
  MockClient second(vendor.port());
  second.post(streamed("mock-hang2-cut2"));
  CHECK(wait_held(vendor, 1));
}

TEST_CASE("clients that go away are counted") {
  MockProvider vendor;
  {
    MockClient endless(vendor.port());
    MockClient held(vendor.port());
    MockClient waiting(vendor.port());
    endless.post(streamed("mock-never-r500"));
    held.post(streamed("mock-hang"));
    waiting.post(chat("mock-never"));
    endless.peek_until("[{\"index\":0,\"delta\":{\"content\":\"@");
    REQUIRE(vendor.wait_until([](const MockStats& s) { return s.active == 3 && s.held == 1; }, kPatience));
    CHECK(vendor.aborted() == 0);
  }
  CHECK(vendor.wait_until([](const MockStats& stats) { return stats.aborted == 3; }, kPatience));
  CHECK(vendor.active() == 0);
  CHECK(vendor.stats().held == 0);
  CHECK(vendor.max_active() == 3);
}

TEST_CASE("a wait ends with its time") {
  MockProvider vendor;
  CHECK(!vendor.wait_until([](const MockStats& stats) { return stats.total > 0; }, std::chrono::milliseconds(1)));
}

TEST_CASE("a model name that makes no sense is refused, and the word is named") {
  MockProvider vendor;
  MockClient client(vendor.port());
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"mock-bogus", "unknown word 'bogus'"},
      {"mock-", "unknown word ''"},
      {"mock-n3-7", "unknown word '7'"},
      {"mock-echo5", "unknown word 'echo5'"},
      {"mock-n", "'n' needs a number"},
      {"mock-s200", "from 300 to 599"},
      {"mock-d99999999999999999999", "'d9999"},
      {"mock-n3-n4", "'n' is given twice"},
      {"mock-echo-never", "exclude each other"},
      {"mock-retry5", "'retry' needs word 's'"},
      {"mock-slowhead", "'slowhead' needs word 'd'"},
      {"mock-n3-once", "need a word that fails"},
      {"mock-s500-refuse", "exclude each other"},
  };
  for (const auto& [model, problem] : cases) {
    const Reply reply = client.ask(streamed(model));
    CHECK(reply.status == 400);
    CHECK_THAT(reply.parsed()["error"]["message"].get<std::string>(), Contains(problem));
  }
  const Reply other = client.ask(streamed("gpt-4o"));
  CHECK(other.status == 404);
  CHECK(other.parsed()["error"]["code"] == "model_not_found");
}

TEST_CASE("requests that are not HTTP/1.1 are refused and the connection closed") {
  MockProvider vendor;
  for (const std::string wire : {"GET /stats HTTP/1.0\r\n\r\n", "nonsense\r\n\r\n",
                                 "GET / HTTP/1.1\r\nbad line\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                                 "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    MockClient client(vendor.port());
    client.send(wire);
    const Reply reply = client.reply();
    CHECK(reply.status == 400);
    CHECK(reply.parsed()["error"]["code"] == "bad_http");
    CHECK(client.at_end());
  }
}
