// Many streams at once, clients that do not read, and an end in the middle of it all.
#include <catch2/catch.hpp>
#include <optional>

#include "mock_provider/mock_client.hpp"
#include "mock_provider/mock_provider.hpp"

using namespace platos::tests;
using namespace platos::tests::mock;

namespace {
constexpr int kSmallBufferBytes = 64 << 10;
}

TEST_CASE("500 streams run at the same time") {
  constexpr std::int64_t kStreams = 500;
  MockProvider vendor;
  std::vector<MockClient> clients;
  for (std::int64_t i = 0; i < kStreams; ++i) {
    clients.emplace_back(vendor.port());
    clients.back().post(streamed("mock-r200-n8-hang3"));
  }
  REQUIRE(vendor.wait_until([](const MockStats& stats) { return stats.held == kStreams; }, kPatience));
  CHECK(vendor.active() == kStreams);
  vendor.release();
  for (MockClient& client : clients) {
    const Reply reply = client.reply();
    REQUIRE(reply.complete);
    REQUIRE(reply.text().size() == 8 * 18);
  }
  CHECK(vendor.wait_until([](const MockStats& stats) { return stats.active == 0; }, kPatience));
  CHECK(clients[0].ask(streamed("mock")).complete);
  CHECK(vendor.max_active() == kStreams);
  CHECK(vendor.total() == kStreams + 1);
  CHECK(vendor.aborted() == 0);
}

TEST_CASE("a client that does not read holds up nobody else") {
  MockProvider vendor;
  MockClient lazy(vendor.port(), kSmallBufferBytes);
  lazy.post(streamed("mock-never"));
  lazy.peek_until("data: ");
  MockClient other(vendor.port());
  for (int i = 0; i < 20; ++i) REQUIRE(other.ask(streamed("mock-n100")).text().size() == 100 * 18);
  CHECK(vendor.active() >= 1);
}

TEST_CASE("a long answer waits for its reader and arrives whole") {
  MockProvider vendor;
  MockClient client(vendor.port(), kSmallBufferBytes);
  // More than the kernel buffers, so the mock has to stop and go on later.
  client.post(streamed("mock-big16384-n5000"));
  MockClient other(vendor.port());
  REQUIRE(other.ask(streamed("mock")).complete);
  CHECK(client.reply().text().size() == (16 << 20) + 4999 * 18);
}

TEST_CASE("destruction ends every stream") {
  std::optional<MockProvider> vendor(std::in_place);
  MockClient endless(vendor->port());
  MockClient held(vendor->port());
  endless.post(streamed("mock-never-r100"));
  held.post(streamed("mock-hang"));
  REQUIRE(vendor->wait_until([](const MockStats& s) { return s.active == 2 && s.held == 1; }, kPatience));
  vendor.reset();
  CHECK(!endless.reply().complete);
  CHECK(held.reply().status == 0);
}

TEST_CASE("two mocks do not know of each other") {
  MockProvider one;
  MockProvider two;
  REQUIRE(one.port() != two.port());
  REQUIRE(MockClient(two.port()).ask(chat("mock-s500-once")).status == 500);
  REQUIRE(MockClient(one.port()).ask(chat("mock-s500-once")).status == 500);
  CHECK(one.total() == 1);
  MockOptions taken;
  taken.port = one.port();
  CHECK_THROWS_AS(MockProvider(taken), std::system_error);
}
