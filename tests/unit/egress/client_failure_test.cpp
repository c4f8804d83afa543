#include <catch2/catch.hpp>
#include <chrono>

#include "client_fixture.hpp"
#include "egress/client.hpp"
#include "mock_provider/mock_provider.hpp"
#include "raw_server.hpp"

namespace platos::egress {
namespace {
using namespace std::chrono_literals;
using tests::MockProvider;
using tests::MockStats;

std::string closed_port_url() {
  const RawServer server([](RawServer::Peer&, int) {});
  return server.url();
}
void check_error(const Result<void>& done, ErrorKind kind, const std::string& code) {
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == kind);
  CHECK(done.error().code == code);
}
}  // namespace

TEST_CASE("A refused connection is upstream_unreachable and worth a retry") {
  ClientFixture f;
  Recorder recorder;
  const auto done = f.send(f.get(closed_port_url()), recorder);
  check_error(done, ErrorKind::Unavailable, "upstream_unreachable");
  CHECK(done.error().retryable);
  CHECK(recorder.heads == 0);
}

TEST_CASE("A body that is reset, cut short or ends inside a chunk is upstream_cut, and what came was handed out") {
  for (const auto& [head, reset] : std::vector<std::pair<std::string, bool>>{
           {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", false},
           {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", true},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n", false}}) {
    std::atomic<bool> heard{false};
    RawServer server([&, head = head, reset = reset](RawServer::Peer& peer, int) {
      peer.read_request();
      peer.send(head + "part");
      while (!heard) std::this_thread::yield();
      if (reset) peer.reset();
    });
    ClientFixture f;
    Recorder recorder;
    recorder.on_data = [&](std::string_view) {
      heard = true;
      return Result<void>{};
    };
    check_error(f.send(f.get(server.url()), recorder), ErrorKind::Unavailable, "upstream_cut");
    CHECK(recorder.body == "part");
  }
}

TEST_CASE("A connection that is closed without a byte is upstream_cut") {
  RawServer server([](RawServer::Peer& peer, int) { peer.read_request(); });
  ClientFixture f;
  Recorder recorder;
  check_error(f.send(f.get(server.url()), recorder), ErrorKind::Unavailable, "upstream_cut");
}

TEST_CASE("Silence before the head and inside the body is upstream_timeout") {
  for (const char* sent : {"", "HTTP/1.1 200 OK\r\nX-Slow: 1", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"}) {
    RawServer server([sent](RawServer::Peer& peer, int) {
      peer.read_request();
      peer.send(sent);
      peer.wait_for_close();
    });
    ClientFixture f;
    HttpRequest request = f.get(server.url());
    request.silence_timeout_ms = 150;
    Recorder recorder;
    const auto done = f.send(request, recorder);
    check_error(done, ErrorKind::Deadline, "upstream_timeout");
    CHECK(done.error().retryable);
  }
}

TEST_CASE("Cancelling a stream ends it with the reason, and the server sees the close") {
  MockProvider vendor;
  ClientFixture f;
  Recorder recorder;
  base::CancelSource source;
  recorder.on_data = [&](std::string_view) {
    f.loop.defer([&] { source.cancel("deadline"); });
    return Result<void>{};
  };
  const auto done = f.send(f.chat(vendor.base_url(), "mock-never-r50"), recorder, source.token());
  check_error(done, ErrorKind::Cancelled, "deadline");
  CHECK(vendor.wait_until([](const MockStats& stats) { return stats.aborted == 1 && stats.active == 0; }, 10s));
  CHECK(f.client.active() == 0);
}

TEST_CASE("Cancelling from inside the handler ends the stream, and the server sees the close", "[finding]") {
  MockProvider vendor;
  ClientFixture f;
  Recorder recorder;
  base::CancelSource source;
  recorder.on_data = [&](std::string_view) {
    source.cancel("inside");
    return Result<void>{};
  };
  const auto done = f.send(f.chat(vendor.base_url(), "mock-never-r50"), recorder, source.token());
  check_error(done, ErrorKind::Cancelled, "inside");
  CHECK(vendor.wait_until([](const MockStats& stats) { return stats.aborted == 1; }, 10s));
}

TEST_CASE("A request that is cancelled before it starts sends nothing") {
  MockProvider vendor;
  ClientFixture f;
  Recorder recorder;
  base::CancelSource source;
  source.cancel("early");
  check_error(f.send(f.chat(vendor.base_url(), "mock"), recorder, source.token()), ErrorKind::Cancelled, "early");
  CHECK(vendor.total() == 0);
}

TEST_CASE("Destroying the task in the middle of a stream closes the connection and calls the handler no more") {
  MockProvider vendor;
  ClientFixture f;
  Recorder recorder;
  std::optional<Result<void>> result;
  auto set = task_set(f.loop);
  f.loop.post([&] {
    set->start("stream", keep(&f.client, f.chat(vendor.base_url(), "mock-never-r200"), &recorder, {}, &result));
  });
  f.loop.run_until([&] { return recorder.frames.size() >= 3; });
  bool destroyed = false;
  f.loop.post([&] {
    set.reset();
    destroyed = true;
  });
  f.loop.run_until([&] { return destroyed; });
  const auto frames = recorder.frames.size();
  CHECK(f.client.active() == 0);
  CHECK(vendor.wait_until([](const MockStats& stats) { return stats.aborted == 1; }, 10s));
  // The client is as good as new.
  Recorder next;
  CHECK(f.send(f.chat(vendor.base_url(), "mock-n2"), next));
  CHECK(recorder.frames.size() == frames);
  CHECK_FALSE(result.has_value());
}

TEST_CASE("An error of the handler is the result and closes the connection") {
  MockProvider vendor;
  ClientFixture f;
  Recorder recorder;
  recorder.on_data = [](std::string_view) { return fail(ErrorKind::TooLarge, "enough", "enough"); };
  check_error(f.send(f.chat(vendor.base_url(), "mock-never-r200"), recorder), ErrorKind::TooLarge, "enough");
  CHECK(recorder.frames.size() == 1);
  CHECK(vendor.wait_until([](const MockStats& stats) { return stats.aborted == 1; }, 10s));
}

TEST_CASE("A frame over the client's limit ends the exchange") {
  MockProvider vendor;
  ClientOptions options;
  options.max_frame_bytes = 8 * 1024;
  ClientFixture f(options);
  Recorder recorder;
  check_error(f.send(f.chat(vendor.base_url(), "mock-big64"), recorder), ErrorKind::ResourceExhausted,
              "upstream_frame_too_large");
}

TEST_CASE("A tenant reaches neither loopback nor names that are local, and nothing connects") {
  RawServer server([](RawServer::Peer& peer, int) { peer.wait_for_close(); });
  ClientFixture f;
  for (const std::string& url : {server.url(), std::string("https://127.0.0.1/"), std::string("https://localhost/"),
                                 std::string("https://[::1]/"), std::string("https://x.localhost/")}) {
    HttpRequest request = f.get(url);
    request.trust = HostTrust::Tenant;
    Recorder recorder;
    INFO(url);
    check_error(f.send(request, recorder), ErrorKind::PermissionDenied, "address_refused");
  }
  CHECK(server.connections() == 0);
  Recorder recorder;
  check_error(f.send(f.get("ftp://127.0.0.1/"), recorder), ErrorKind::InvalidArgument, "invalid_url");
}

}  // namespace platos::egress
