#include <catch2/catch.hpp>

#include "client_fixture.hpp"
#include "support/temp_dir.hpp"
#include "tls_server.hpp"

namespace platos::egress {
namespace {

// The client against a server that it trusts by the server's own certificate.
struct Encrypted {
  tests::TempDir dir;
  TlsServer server;
  ClientFixture f;

  explicit Encrypted(const TlsServer::Options& options, std::string body = "secret words")
      : server(options, dir.path() + "/ca.pem", std::move(body)), f(trusting(dir.path() + "/ca.pem")) {}
  static ClientOptions trusting(const std::string& file) {
    ClientOptions options;
    options.ca_file = file;
    return options;
  }
  Result<void> ask(const std::string& host, Recorder& recorder) { return f.send(f.get(server.url(host)), recorder); }
};

}  // namespace

TEST_CASE("A server that proves its address or its name is spoken to, on one kept connection") {
  for (const std::string name : {"127.0.0.1", "localhost"}) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      Encrypted e({name, version, false});
      for (int i = 0; i < 3; ++i) {
        Recorder recorder;
        INFO(name << " " << version);
        REQUIRE(e.ask(name, recorder));
        CHECK(recorder.body == "secret words");
      }
      CHECK(e.server.connections() == 1);
    }
  }
}

TEST_CASE("An answer of many TLS records comes whole") {
  const std::string body(300'000, 'x');
  Encrypted e({}, body);
  Recorder recorder;
  int asked = 0;
  recorder.is_ready = [&] { return ++asked % 3 != 0; };
  REQUIRE(e.ask("127.0.0.1", recorder));
  CHECK(recorder.body == body);
  CHECK(asked > 3);
}

TEST_CASE("A certificate of another name, or of nobody known, ends the request before a byte of it is sent") {
  for (const std::string name : {"example.com", "localhost"}) {
    Encrypted e({name, TLS1_3_VERSION, false});
    Recorder recorder;
    const auto done = e.ask("127.0.0.1", recorder);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "upstream_unreachable");
    CHECK(done.error().message.find("certificate is not trusted: IP address mismatch") != std::string::npos);
  }
  Encrypted known({});
  ClientFixture stranger;
  Recorder recorder;
  const auto done = stranger.send(stranger.get(known.server.url()), recorder);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == "upstream_unreachable");
  CHECK(done.error().message.find("unable to get local issuer certificate") != std::string::npos);
  CHECK(recorder.heads == 0);
}

TEST_CASE("TLS 1.1 is not spoken, and what does not speak TLS is unreachable") {
  Encrypted old({"127.0.0.1", TLS1_1_VERSION, false});
  Recorder recorder;
  const auto done = old.ask("127.0.0.1", recorder);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == "upstream_unreachable");
}

TEST_CASE("An encrypted connection that is gone when the request is written is an error and no signal") {
  Encrypted e({"127.0.0.1", TLS1_3_VERSION, true});
  for (int i = 0; i < 20; ++i) {
    HttpRequest request = e.f.get(e.server.url());
    request.method = "POST";
    request.body.assign(4 * 1024 * 1024, 'x');  // the server goes after its first bytes
    Recorder recorder;
    const auto done = e.f.send(request, recorder);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "upstream_cut");
  }
}

TEST_CASE("An encrypted answer without length that is cut off is upstream_cut, not an end") {
  Encrypted e({"127.0.0.1", TLS1_3_VERSION, true});
  Recorder recorder;
  const auto done = e.ask("127.0.0.1", recorder);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == "upstream_cut");
  CHECK(recorder.body == "secret words");
}

TEST_CASE("A file of authorities that cannot be read is named") {
  ClientOptions options;
  options.ca_file = "/nowhere/ca.pem";
  ClientFixture f(options);
  Recorder recorder;
  const auto done = f.send(f.get("https://127.0.0.1:1/"), recorder);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == "tls_unusable");
  CHECK(done.error().message.find("/nowhere/ca.pem") != std::string::npos);
}

}  // namespace platos::egress
