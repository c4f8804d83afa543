#include "egress/client.hpp"

#include <catch2/catch.hpp>
#include <chrono>

#include "client_fixture.hpp"
#include "mock_provider/mock_provider.hpp"
#include "raw_server.hpp"

namespace platos::egress {
namespace {
using namespace std::chrono_literals;
using tests::MockProvider;
using tests::MockStats;

const std::string kKept = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
}  // namespace

TEST_CASE("A sized answer and a chunked answer come whole, with lower-case header names") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nX-Thing:  a b \r\nContent-Length: 5\r\n\r\nsized");
    peer.read_request();
    peer.send("HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nchu\r\n4\r\nnked\r\n0\r\n\r\n");
  });
  ClientFixture f;
  Recorder sized;
  REQUIRE(f.send(f.get(server.url(), ports::Framing::Whole), sized));
  CHECK(sized.status == 200);
  CHECK(sized.heads == 1);
  CHECK(sized.frames == std::vector<std::string>{"sized"});
  CHECK(sized.headers.at(0) == std::pair<std::string, std::string>("x-thing", "a b"));
  Recorder chunked;
  REQUIRE(f.send(f.get(server.url(), ports::Framing::Whole), chunked));
  CHECK(chunked.status == 201);
  CHECK(chunked.frames == std::vector<std::string>{"chunked"});
  CHECK(server.connections() == 1);
}

TEST_CASE("Requests one after the other use one connection") {
  RawServer server([](RawServer::Peer& peer, int) {
    while (!peer.read_request().empty()) peer.send(kKept);
  });
  {
    ClientFixture f;
    for (int i = 0; i < 20; ++i) {
      Recorder recorder;
      REQUIRE(f.send(f.get(server.url()), recorder));
      CHECK(recorder.body == "ok");
    }
    CHECK(f.client.active() == 0);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("Method, path, body and headers go out as they were given, an empty value too") {
  std::string seen;
  RawServer server([&](RawServer::Peer& peer, int) {
    seen = peer.read_request();
    peer.send(kKept);
  });
  {
    ClientFixture f;
    HttpRequest request = f.get(server.url("/a?b=c"));
    request.method = "PUT";
    request.body = std::string("a\0b", 3);
    request.headers = {{"X-Empty", ""}, {"X-Full", "v: w"}};
    Recorder recorder;
    REQUIRE(f.send(request, recorder));
  }
  CHECK(seen.find("PUT /a?b=c HTTP/1.1\r\n") == 0);
  CHECK(seen.find("\r\nX-Empty:\r\n") != std::string::npos);
  CHECK(seen.find("\r\nX-Full: v: w\r\n") != std::string::npos);
  CHECK(seen.find("\r\nUser-Agent: platos\r\n") != std::string::npos);
  CHECK(seen.find("Expect") == std::string::npos);
  CHECK(seen.substr(seen.size() - 7) == std::string("\r\n\r\na\0b", 7));
}

TEST_CASE("A header that would change where the request ends, or whom it is for, is refused before anything is sent") {
  RawServer server([](RawServer::Peer& peer, int) { peer.wait_for_close(); });
  ClientFixture f;
  for (const auto& header : std::vector<std::pair<std::string, std::string>>{{"X-A", "v\r\nX-Evil: 1"},
                                                                             {"X-A", std::string("v\0", 2)},
                                                                             {"X-B: v\r\nX-Evil", "1"},
                                                                             {"X B", "1"},
                                                                             {"", "1"},
                                                                             {"content-length", "0"},
                                                                             {"Transfer-Encoding", "chunked"},
                                                                             {"Host", "elsewhere"},
                                                                             {"Connection", "upgrade"}}) {
    HttpRequest request = f.get(server.url());
    request.headers = {header};
    Recorder recorder;
    INFO(header.first);
    const auto done = f.send(request, recorder);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "invalid_header");
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("A request on a kept connection that its server has closed is sent again on another") {
  for (const bool unasked : {false, true}) {
    RawServer server([&](RawServer::Peer& peer, int connection) {
      peer.read_request();
      peer.send(kKept);
      if (unasked) peer.send("HTTP/1.1 408 Too Slow\r\nContent-Length: 0\r\n\r\n");
      if (connection == 1) return;
      peer.wait_for_close();
    });
    ClientFixture f;
    for (int i = 0; i < 2; ++i) {
      Recorder recorder;
      REQUIRE(f.send(f.get(server.url()), recorder));
      CHECK(recorder.status == 200);
      CHECK(recorder.body == "ok");
    }
    CHECK(server.connections() == 2);
  }
}

TEST_CASE("A request that must have a connection of its own takes none from the pool") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send(kKept);
  });
  ClientFixture f;
  for (int i = 0; i < 2; ++i) {
    HttpRequest request = f.get(server.url());
    request.reuse_connection = false;
    Recorder recorder;
    REQUIRE(f.send(request, recorder));
  }
  CHECK(server.connections() == 2);
}

TEST_CASE("An answer that comes before the request was taken whole is heard") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    peer.wait_for_close();
  });
  ClientFixture f;
  HttpRequest request = f.get(server.url());
  request.method = "POST";
  request.body.assign(8 * 1024 * 1024, 'x');
  Recorder recorder;
  REQUIRE(f.send(request, recorder));
  CHECK(recorder.status == 413);
  CHECK(recorder.body == "no");
}

TEST_CASE("A name is looked up, and its addresses are tried one after the other") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send(kKept);
  });
  ClientFixture f;
  std::string url = server.url();
  url.replace(url.find("127.0.0.1"), 9, "localhost");  // often ::1 first, where nobody listens
  Recorder recorder;
  REQUIRE(f.send(f.get(url), recorder));
  CHECK(recorder.body == "ok");
  Recorder nobody;
  const auto done = f.send(f.get("http://nobody.invalid/"), nobody);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == "upstream_unreachable");
}

TEST_CASE("Three hundred streams at one time come whole") {
  MockProvider vendor;
  ClientFixture f;
  constexpr std::size_t kStreams = 300;
  std::vector<Recorder> recorders(kStreams);
  std::vector<std::optional<Result<void>>> results(kStreams);
  const auto set = task_set(f.loop);
  f.loop.post([&] {
    for (std::size_t i = 0; i < kStreams; ++i) {
      set->start("stream", keep(&f.client, f.chat(vendor.base_url(), "mock-hang4-n8"), &recorders[i], {}, &results[i]));
    }
  });
  bool all_held = false;
  std::thread watcher([&] {
    all_held = vendor.wait_until([](const MockStats& stats) { return stats.held == kStreams; }, 60s);
    vendor.release();
  });
  f.loop.run_until([&] { return set->size() == 0 && results.back().has_value(); });
  watcher.join();
  CHECK(all_held);
  for (std::size_t i = 0; i < kStreams; ++i) {
    REQUIRE(results[i].has_value());
    CHECK(results[i]->has_value());
    REQUIRE_FALSE(recorders[i].frames.empty());
    CHECK(recorders[i].frames.back() == "[DONE]");
  }
  CHECK(f.client.active() == 0);
}

TEST_CASE("An answer that is not 2xx comes raw, also when events were asked for") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 429 Slow\r\nContent-Length: 9\r\n\r\ndata: x\n\n");
  });
  ClientFixture f;
  Recorder recorder;
  REQUIRE(f.send(f.get(server.url(), ports::Framing::ServerSentEvents), recorder));
  CHECK(recorder.status == 429);
  CHECK(recorder.body == "data: x\n\n");
}

TEST_CASE("A redirect is an answer and is not followed") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  });
  ClientFixture f;
  Recorder recorder;
  REQUIRE(f.send(f.get(server.url()), recorder));
  CHECK(recorder.status == 302);
  CHECK(recorder.heads == 1);
  CHECK(server.connections() == 1);
}

TEST_CASE("A handler that is not ready pauses the stream and loses nothing") {
  MockProvider vendor;
  ClientFixture f;
  Recorder straight;
  REQUIRE(f.send(f.chat(vendor.base_url(), "mock-n50-big64"), straight));
  Recorder paused;
  int asked = 0;
  paused.is_ready = [&] { return ++asked % 4 >= 2; };
  REQUIRE(f.send(f.chat(vendor.base_url(), "mock-n50-big64"), paused));
  CHECK(asked > 3);
  CHECK(paused.frames.size() == straight.frames.size());
  CHECK(paused.frames.back() == "[DONE]");
}

TEST_CASE("An error of the handler on data that comes out of a pause ends the exchange") {
  MockProvider vendor;
  ClientOptions options;
  options.silence_timeout_ms = 3000;
  ClientFixture f(options);
  Recorder recorder;
  int asked = 0;
  recorder.is_ready = [&] { return ++asked > 2; };
  recorder.on_data = [](std::string_view) { return fail(ErrorKind::Internal, "enough", "enough"); };
  const auto started = f.clock.monotonic_us();
  const auto done = f.send(f.chat(vendor.base_url(), "mock-hang4-n8"), recorder);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == "enough");
  CHECK(f.clock.monotonic_us() - started < 2'000'000);
  CHECK(recorder.frames.size() == 1);
}

}  // namespace platos::egress
