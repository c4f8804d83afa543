// Requests through an HTTP proxy: tunnels, requests that are passed on, and proxies that refuse.
#include "egress/proxy.hpp"

#include <catch2/catch.hpp>

#include "client_fixture.hpp"
#include "connect_proxy.hpp"
#include "raw_server.hpp"
#include "support/temp_dir.hpp"
#include "tls_server.hpp"

namespace platos::egress {
namespace {

ClientOptions through(const std::string& proxy, const std::vector<std::string>& exceptions = {},
                      const std::string& ca_file = {}) {
  ClientOptions options;
  options.ca_file = ca_file;
  options.proxy = Proxy::parse(proxy, exceptions).value();
  return options;
}

}  // namespace

TEST_CASE("an https request goes through a tunnel, and the upstream proves its name through it") {
  const tests::TempDir dir;
  const TlsServer server({"localhost"}, dir.path() + "/ca.pem", "secret words");
  ConnectProxy proxy;
  ClientFixture f(through(proxy.url("alice:pass:word@"), {}, dir.path() + "/ca.pem"));
  for (int i = 0; i < 2; ++i) {
    Recorder recorder;
    REQUIRE(f.send(f.get(server.url("localhost")), recorder));
    CHECK(recorder.body == "secret words");
  }
  REQUIRE(proxy.heads().size() == 1);  // the tunnel is kept
  const std::string head = proxy.heads()[0];
  CHECK(head.starts_with("CONNECT localhost:"));
  CHECK(head.find("\r\nProxy-Authorization: Basic YWxpY2U6cGFzczp3b3Jk\r\n") != std::string::npos);
  const TlsServer other({"localhost"}, dir.path() + "/other.pem", "secret words");
  Recorder recorder;
  const auto wrong_name = f.send(f.get(other.url("127.0.0.1")), recorder);
  REQUIRE_FALSE(wrong_name);
  CHECK(wrong_name.error().message.find("not trusted") != std::string::npos);
}

TEST_CASE("a request without TLS is passed on whole, and an excepted host is reached without the proxy") {
  RawServer proxy([](RawServer::Peer& peer, int) {
    const std::string request = peer.read_request();
    const bool good = request.starts_with("GET http://upstream.example:81/x HTTP/1.1\r\nHost: upstream.example:81\r\n");
    peer.send(good ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy"
                   : "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
  });
  RawServer direct([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect");
  });
  ClientFixture f(through(proxy.url(""), {"127.0.0.0/8"}));
  Recorder recorder;
  REQUIRE(f.send(f.get("http://upstream.example:81/x"), recorder));
  CHECK(recorder.body == "proxy");
  Recorder other;
  REQUIRE(f.send(f.get(direct.url()), other));
  CHECK(other.body == "direct");
}

TEST_CASE("a proxy that refuses, lies or breaks off is told apart from the upstream") {
  struct Row {
    const char* answer;
    const char* said;
  };
  for (const Row& row :
       {Row{"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "the proxy refused: HTTP/1.1 407"},
        Row{"HTTP/1.1 2000 OK\r\n\r\n", "the proxy refused: HTTP/1.1 2000"},
        Row{"SSH-2.0-OpenSSH\r\n\r\n", "the proxy refused: SSH"}, Row{"", "the proxy closed the connection"},
        Row{"HTTP/1.1 200 OK\r\n\r\nhello", "the proxy spoke out of turn"}}) {
    CAPTURE(row.answer);
    RawServer proxy([&](RawServer::Peer& peer, int) {
      peer.read_request();
      peer.send(row.answer);
    });
    ClientFixture f(through(proxy.url("")));
    Recorder recorder;
    const auto done = f.send(f.get("https://upstream.example/"), recorder);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "upstream_unreachable");
    CHECK(done.error().message.find(row.said) != std::string::npos);
  }
  RawServer endless([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n" + std::string(40'000, 'x'));
    peer.wait_for_close();
  });
  ClientFixture f(through(endless.url("")));
  Recorder recorder;
  CHECK(f.send(f.get("https://upstream.example/"), recorder).error().message.find("does not end") != std::string::npos);
}

TEST_CASE("a tenant's host is looked at before a proxy is asked for it") {
  ConnectProxy proxy;
  ClientFixture f(through(proxy.url("")));
  HttpRequest request = f.get("https://localhost.localdomain/");
  request.trust = HostTrust::Tenant;
  Recorder recorder;
  CHECK_FALSE(f.send(request, recorder));
  request = f.get("https://10.0.0.1/");
  request.trust = HostTrust::Tenant;
  CHECK(f.send(request, recorder).error().code == "address_refused");
  CHECK(proxy.heads().empty());
}

TEST_CASE("what is no proxy is refused without its password, and exceptions are names, suffixes and networks") {
  for (const char* url : {"https://proxy:1", "proxy:3128", "http://", "http://proxy", "http://proxy:99999",
                          "socks5://p:1", "http://user:hunter2secret@", "http://user:hunter2secret@proxy:1/path",
                          "http://user:hunter2secret/more@proxy:1", "http://user:x?hunter2secret@proxy"}) {
    CAPTURE(url);
    const auto proxy = Proxy::parse(url, {});
    REQUIRE_FALSE(proxy);
    CHECK(proxy.error().code == "invalid_proxy");
    CHECK(proxy.error().message.find("hunter2secret") == std::string::npos);
  }
  const auto proxy = Proxy::parse("http://proxy:3128", {"Exact.example", ".corp", "10.0.0.0/8", "::1"}).value();
  for (const char* direct : {"exact.example", "a.corp", "corp", "10.1.2.3", "::1"}) CHECK_FALSE(proxy.is_for(direct));
  for (const char* proxied : {"not.exact.example", "acorp", "11.0.0.1", "::2", "example"}) CHECK(proxy.is_for(proxied));
  CHECK_FALSE(Proxy::parse("", {})->is_for("example"));
}

}  // namespace platos::egress
