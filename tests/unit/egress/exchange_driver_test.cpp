#include "egress/exchange_driver.hpp"

#include <catch2/catch.hpp>

#include "client_fixture.hpp"
#include "raw_server.hpp"

namespace platos::egress {
namespace {

using ports::Step;
using ports::TransportStatus;

struct FakeExchange final : ports::Exchange {
  std::function<Result<Step>(int call)> on_next;
  std::function<Result<void>(TransportStatus)> on_finish;
  Result<void> head_result;
  int nexts = 0;
  std::string log;

  Result<Step> next() override { return on_next(++nexts); }
  Result<void> on_head(int status, std::span<const ports::Header>) override {
    log += "head" + std::to_string(status) + " ";
    return head_result;
  }
  Result<void> on_frame(std::string_view, std::string_view data) override {
    log += std::string(data) + " ";
    return {};
  }
  Result<void> on_end(TransportStatus status) override {
    log += "end" + std::to_string(static_cast<int>(status)) + " ";
    return on_finish ? on_finish(status) : Result<void>{};
  }
};

struct FakeProvider final : ports::Upstream, ports::SecretSource {
  bool reachable = true;
  Result<void> may_reach(std::string_view) const override {
    if (!reachable) return fail(ErrorKind::PermissionDenied, "url_not_granted", "no");
    return {};
  }
  const ports::SecretSource& secrets() const override { return *this; }
  Result<std::string> fill_in(std::string_view text) const override {
    if (text == "{{secret:missing}}") return fail(ErrorKind::FailedPrecondition, "secret_unbound", "missing");
    return text == "{{secret:key}}" ? "K1" : std::string(text);
  }
};

struct DriverFixture : ClientFixture {
  FakeExchange exchange;
  FakeProvider provider;
  std::vector<std::int64_t> waits;
  Result<bool> wait_result = true;
  base::CancelSource source;
  std::string url;
  std::vector<ports::Header> headers = {{"Authorization", "{{secret:key}}"}};

  static Task<Result<bool>> answer(Result<bool> result) { co_return result; }
  Result<void> run() {
    DriveOptions options{provider,
                         [this](std::int64_t ms) {
                           waits.push_back(ms);
                           return answer(wait_result);
                         },
                         {}};
    return base::run_to_end(loop, drive(client, exchange, options, source.token()));
  }
  Step http() const {
    Step step;
    step.kind = Step::Kind::Http;
    step.framing = ports::Framing::Whole;
    step.method = "POST";
    step.url = url;
    step.headers = headers;
    step.body = "ask";
    return step;
  }
  static Step done() { return {}; }
  static Step wait(std::int64_t ms) {
    Step step;
    step.kind = Step::Kind::Wait;
    step.wait_ms = ms;
    return step;
  }
};

const std::string kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

TEST_CASE("A step is sent with its secrets filled in, the answer comes back, and Done ends it") {
  std::string seen;
  RawServer server([&](RawServer::Peer& peer, int) {
    seen = peer.read_request();
    peer.send(kAnswer);
  });
  {
    DriverFixture f;
    f.url = server.url("/chat");
    f.exchange.on_next = [&](int call) -> Result<Step> { return call == 1 ? f.http() : f.done(); };
    CHECK(f.run());
    CHECK(f.exchange.log == "head200 ok end1 ");
    CHECK(f.exchange.nexts == 2);
  }
  CHECK(seen.find("POST /chat HTTP/1.1\r\n") == 0);
  CHECK(seen.find("\r\nAuthorization: K1\r\n") != std::string::npos);
}

TEST_CASE("A codec that is never done is stopped after 64 steps") {
  DriverFixture f;
  f.exchange.on_next = [&](int) -> Result<Step> { return f.wait(1); };
  const auto driven = f.run();
  REQUIRE_FALSE(driven);
  CHECK(driven.error().kind == ErrorKind::Internal);
  CHECK(driven.error().code == "codec_never_done");
  CHECK(f.exchange.nexts == 64);
}

TEST_CASE("A wait goes through the hook with its time, and its error ends the exchange") {
  DriverFixture f;
  f.exchange.on_next = [&](int call) -> Result<Step> { return call == 1 ? f.wait(250) : f.done(); };
  CHECK(f.run());
  CHECK(f.waits == std::vector<std::int64_t>{250});
  f.exchange.nexts = 0;
  f.wait_result = fail(ErrorKind::Unavailable, "too_long", "too long");
  const auto driven = f.run();
  REQUIRE_FALSE(driven);
  CHECK(driven.error().code == "too_long");
  CHECK(f.exchange.nexts == 1);
}

TEST_CASE("A wait that was cancelled ends the exchange") {
  DriverFixture f;
  f.exchange.on_next = [&](int call) -> Result<Step> { return call == 1 ? f.wait(250) : f.done(); };
  f.wait_result = false;
  const auto driven = f.run();
  REQUIRE_FALSE(driven);
  CHECK(driven.error().kind == ErrorKind::Cancelled);
  CHECK(f.exchange.nexts == 1);
}

TEST_CASE("A URL that is not granted and a secret without a value send nothing") {
  RawServer server([](RawServer::Peer& peer, int) { peer.wait_for_close(); });
  DriverFixture f;
  f.url = server.url();
  f.exchange.on_next = [&](int) -> Result<Step> { return f.http(); };
  f.provider.reachable = false;
  CHECK(f.run().error().code == "url_not_granted");
  f.provider.reachable = true;
  f.headers = {{"X-Key", "{{secret:missing}}"}};
  CHECK(f.run().error().code == "secret_unbound");
  CHECK(server.connections() == 0);
  CHECK(f.exchange.log.empty());
}

TEST_CASE("The codec's own error wins over what the transport says of it") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send(kAnswer);
  });
  DriverFixture f;
  f.url = server.url();
  f.exchange.on_next = [&](int) -> Result<Step> { return f.http(); };
  f.exchange.head_result = fail(ErrorKind::Internal, "codec_says_no", "no");
  CHECK(f.run().error().code == "codec_says_no");
  CHECK(f.exchange.log == "head200 ");  // after an error only the destructor is called
}

TEST_CASE("When the transport failed and the codec calls it an error, the transport's error is the result") {
  RawServer server([](RawServer::Peer& peer, int) { peer.read_request(); });
  DriverFixture f;
  f.url = server.url();
  f.exchange.on_next = [&](int call) -> Result<Step> { return call == 1 ? f.http() : f.done(); };
  f.exchange.on_finish = [](TransportStatus status) -> Result<void> {
    CHECK(status == TransportStatus::Failed);
    return fail(ErrorKind::Internal, "codec_guess", "guess");
  };
  CHECK(f.run().error().code == "upstream_cut");
  // A codec that can live with it goes on.
  f.exchange.nexts = 0;
  f.exchange.on_finish = {};
  CHECK(f.run());
}

TEST_CASE("When the answer was complete and the codec calls it an error, that is the result") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send(kAnswer);
  });
  DriverFixture f;
  f.url = server.url();
  f.exchange.on_next = [&](int) -> Result<Step> { return f.http(); };
  f.exchange.on_finish = [](TransportStatus) { return fail(ErrorKind::DataLoss, "no_finish", "no finish"); };
  CHECK(f.run().error().code == "no_finish");
}

TEST_CASE("An error of next() is the result; a cancelled token is heard before next()") {
  DriverFixture f;
  f.exchange.on_next = [](int) { return fail(ErrorKind::InvalidArgument, "bad_request", "bad"); };
  CHECK(f.run().error().code == "bad_request");
  f.exchange.nexts = 0;
  f.source.cancel("deadline");
  const auto driven = f.run();
  CHECK(driven.error().kind == ErrorKind::Cancelled);
  CHECK(driven.error().code == "deadline");
  CHECK(f.exchange.nexts == 0);
}

}  // namespace platos::egress
