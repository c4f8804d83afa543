#include "skills/importer.hpp"

#include <catch2/catch.hpp>

#include "base/task_set.hpp"
#include "unit/egress/raw_server.hpp"

namespace platos::skills {
namespace {

using egress::RawServer;

struct ImportFixture {
  base::SystemClock clock;
  base::Loop loop{clock};
  base::WorkerPool resolvers{"resolver", 1, 16};
  egress::Client client{loop, resolvers, {}};

  Result<ImportedBytes> fetch(const std::string& url, ImportOptions options) {
    const Importer importer([this](base::Loop&) -> egress::Client& { return client; }, options);
    return base::run_to_end(loop, importer.fetch(loop, url));
  }
  Result<ImportedBytes> fetch(const std::string& url) {
    ImportOptions options;
    options.trust = egress::HostTrust::Operator;
    return fetch(url, options);
  }
};

std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string redirect(const std::string& to) {
  return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
}

}  // namespace

TEST_CASE("An address is fetched with the importer's headers; its query is not kept") {
  std::string seen;
  RawServer server([&](RawServer::Peer& peer, int) {
    seen = peer.read_request();
    peer.send(answer("content"));
  });
  ImportFixture f;
  const auto imported = f.fetch(server.url("/skill.md?token=secret"));
  REQUIRE(imported);
  CHECK(imported->bytes == "content");
  CHECK(imported->address == server.url("/skill.md"));
  CHECK(seen.find("Platos-Skills-Importer/1.0") != std::string::npos);
}

TEST_CASE("Three redirects are followed, a fourth is not") {
  for (const int hops : {3, 4}) {
    RawServer server([&](RawServer::Peer& peer, int connection) {
      peer.read_request();
      peer.send(connection <= hops ? redirect("/next" + std::to_string(connection)) : answer("end"));
    });
    ImportFixture f;
    const auto imported = f.fetch(server.url("/first"));
    CHECK(imported.has_value() == (hops == 3));
    if (!imported) CHECK(imported.error().code == "fetch_failed");
    CHECK(server.connections() == 4);
  }
}

TEST_CASE("A tenant's import reaches no address of this machine or its networks, nor over a redirect") {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send(answer("inner"));
  });
  ImportFixture f;
  const std::string own = server.url("/x");
  for (const auto& url :
       {own, std::string("https://127.0.0.1/x"), std::string("https://[::1]/x"),
        std::string("https://169.254.169.254/latest/meta-data"), std::string("https://10.0.0.8/x"),
        std::string("https://localhost/x"), std::string("https://2130706433/x"), std::string("file:///etc/passwd"),
        std::string("gopher://x/"), std::string("https://u:p@a.example/"), std::string("")}) {
    INFO(url);
    const auto imported = f.fetch(url, ImportOptions());
    REQUIRE_FALSE(imported);
    CHECK((imported.error().code == "address_refused" || imported.error().code == "invalid_url"));
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("A redirect to another scheme leads nowhere") {
  for (const auto* to : {"file:///etc/passwd", "gopher://a/", "", "ftp:x"}) {
    RawServer server([&](RawServer::Peer& peer, int) {
      peer.read_request();
      peer.send(redirect(to));
    });
    ImportFixture f;
    const auto imported = f.fetch(server.url("/x"));
    REQUIRE_FALSE(imported);
    CHECK((imported.error().code == "fetch_failed" || imported.error().code == "invalid_url"));
    CHECK(server.connections() == 1);
  }
}

TEST_CASE("Too much, too slow and a bad status end an import; nothing of the answer is repeated") {
  ImportFixture f;
  ImportOptions options;
  options.trust = egress::HostTrust::Operator;
  options.max_bytes = 1000;
  RawServer large([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send(answer(std::string(1001, 'x')));
  });
  CHECK(f.fetch(large.url(), options).error().code == "too_large");
  RawServer missing([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\ninner-key");
  });
  const auto refused = f.fetch(missing.url(), options);
  CHECK(refused.error().code == "fetch_failed");
  CHECK(refused.error().message.find("inner-key") == std::string::npos);
  RawServer silent([](RawServer::Peer& peer, int) { peer.wait_for_close(); });
  options.timeout_us = 50'000;
  const auto late = f.fetch(silent.url(), options);
  CHECK(late.error().kind == ErrorKind::Deadline);
}

TEST_CASE("Pages that show a file lead to the file") {
  CHECK(file_address("https://github.com/o/r/blob/main/a/SKILL.md") ==
        "https://raw.githubusercontent.com/o/r/main/a/SKILL.md");
  CHECK(file_address("https://gist.github.com/u/123") == "https://gist.githubusercontent.com/u/123/raw");
  CHECK(file_address("https://claude.ai/skills/abc") == "https://claude.ai/skills/abc/skill.md");
  CHECK(file_address("https://claude.ai/skills/abc.md") == "https://claude.ai/skills/abc.md");
  CHECK(file_address("https://github.com/o/r/archive/main.zip") == "https://github.com/o/r/archive/main.zip");
  CHECK(file_address("https://github.com.evil.example/o/r/blob/m/x") == "https://github.com.evil.example/o/r/blob/m/x");
}

TEST_CASE("Relative redirects are resolved") {
  CHECK(redirect_address("https://a.example/x/y?q", "z") == "https://a.example/x/z");
  CHECK(redirect_address("https://a.example/x/y", "/z") == "https://a.example/z");
  CHECK(redirect_address("https://a.example", "z") == "https://a.example/z");
  CHECK(redirect_address("https://a.example/x", "//b.example/z") == "https://b.example/z");
  CHECK(redirect_address("https://a.example/x", "http://b.example/") == "http://b.example/");
}

}  // namespace platos::skills
