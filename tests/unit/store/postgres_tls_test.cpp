// A PostgreSQL that is reached over TLS alone.
#include <catch2/catch.hpp>

#include "store_fixture.hpp"
#include "support/authority.hpp"

namespace platos::store {
namespace {

/// A server with a certificate of `authority`, for the name that clients use or for another.
struct TlsServer {
  tests::TempDir folder;
  tests::Authority authority;
  std::unique_ptr<tests::PostgresServer> server;

  explicit TlsServer(const std::string& name = "127.0.0.1") {
    const auto issued = authority.issue(name);
    tests::write_certificate(folder.path() + "/server.crt", issued.certificate.get());
    tests::write_key(folder.path() + "/server.key", issued.key.get());
    authority.write(folder.path() + "/root.crt");
    server = std::make_unique<tests::PostgresServer>(folder.path() + "/server.crt", folder.path() + "/server.key");
  }
  /// Verified in full, with this root.
  std::string verified(const std::string& root) const {
    return server->database_over_tcp("tls", "sslmode=verify-full&sslrootcert=" + root);
  }
  std::string own_root() const { return folder.path() + "/root.crt"; }
};

Result<void> open_at(DatabaseFixture& fixture, const std::string& url) {
  fixture.options.url = url;
  return fixture.open();
}

/// What somebody who cannot connect is told.
std::string refusal_of(const std::string& url) {
  DatabaseFixture fixture;
  const auto opened = open_at(fixture, url);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == ErrorKind::Unavailable);
  CHECK(opened.error().code == "store_unreachable");
  return opened.error().message;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A server with a certificate of the root that is trusted is used, and the connection is encrypted",
          "[postgres]") {
  const TlsServer tls;
  DatabaseFixture fixture;
  REQUIRE(open_at(fixture, tls.verified(tls.own_root())));
  CHECK(tls.server->run("tls",
                        "SELECT bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) "
                        "WHERE a.application_name = 'platos'") == "t");
}

TEST_CASE("A server that cannot prove who it is, or wants what is not given, is refused, and the error says why",
          "[postgres]") {
  const TlsServer tls;
  const tests::Authority stranger;
  tests::write_certificate(tls.folder.path() + "/stranger.crt", stranger.issue("stranger").certificate.get());
  const std::string unknown_issuer = refusal_of(tls.verified(tls.folder.path() + "/stranger.crt"));
  INFO(unknown_issuer);
  CHECK(says(unknown_issuer, "certificate verify failed"));
  const std::string no_root = refusal_of(tls.verified(tls.folder.path() + "/none.crt"));
  INFO(no_root);
  CHECK(says(no_root, "none.crt"));
  const std::string plain = refusal_of(tls.server->database_over_tcp("tls", "sslmode=disable"));
  INFO(plain);
  CHECK(says(plain, "no encryption"));
}

TEST_CASE("A server whose certificate names another host is refused, unless the name is not looked at", "[postgres]") {
  const TlsServer tls("db.example");
  const std::string other_name = refusal_of(tls.verified(tls.own_root()));
  INFO(other_name);
  CHECK(says(other_name, "db.example"));
  DatabaseFixture fixture;
  CHECK(open_at(fixture, tls.server->database_over_tcp("tls", "sslmode=verify-ca&sslrootcert=" + tls.own_root())));
}

}  // namespace platos::store
