// The TLS filter against OpenSSL's own client, in memory: every split of the bytes, and peers that break the rules.
#include "ingress/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <catch2/catch.hpp>

#include "support/authority.hpp"
#include "support/temp_dir.hpp"

namespace platos::ingress {
namespace {

using State = TlsFilter::State;

struct Certificates {
  tests::TempDir dir;
  tests::Authority authority;
  std::string certificate = dir.path() + "/server.pem";
  std::string key = dir.path() + "/server.key";

  Certificates() {
    const auto issued = authority.issue("localhost");
    tests::write_certificate(certificate, issued.certificate.get());
    tests::write_key(key, issued.key.get());
  }
  std::shared_ptr<const TlsContext> context() const { return TlsContext::load(certificate, key).value(); }
};

class Client {
 public:
  explicit Client(int version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        tls_((SSL_CTX_set_security_level(context_.get(), 0), SSL_CTX_set_max_proto_version(context_.get(), version),
              SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION), SSL_new(context_.get())),
             SSL_free) {
    SSL_set_bio(tls_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(tls_.get());
  }
  SSL* tls() { return tls_.get(); }
  bool greet() { return SSL_do_handshake(tls_.get()) == 1; }
  void say(const std::string& text) { SSL_write(tls_.get(), text.data(), static_cast<int>(text.size())); }
  void take(const std::string& wire) {
    BIO_write(SSL_get_rbio(tls_.get()), wire.data(), static_cast<int>(wire.size()));
  }
  /// What waits to be sent.
  std::string wire() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(tls_.get()), &bytes);
    std::string all(bytes, static_cast<std::size_t>(size));
    (void)BIO_reset(SSL_get_wbio(tls_.get()));
    return all;
  }
  /// What the server said since the last time.
  std::string heard() {
    std::string all(1 << 20, '\0');
    std::size_t size = 0;
    std::size_t got = 0;
    while (SSL_read_ex(tls_.get(), all.data() + size, all.size() - size, &got) == 1) size += got;
    all.resize(size);
    return all;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
};

/// Feeds the bytes in pieces of `step`; the client's handshake goes on with what comes back.
void exchange(Client& client, TlsFilter& filter, std::string& plain, std::size_t step) {
  client.greet();
  for (std::string bytes = client.wire(); !bytes.empty(); bytes = client.wire()) {
    std::string back;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      const std::string piece = bytes.substr(at, step);  // of its own size: a read beyond it is found
      filter.receive(piece, plain, back);
    }
    client.take(back);
    client.greet();
  }
}

void open(Client& client, TlsFilter& filter) {
  std::string plain;
  exchange(client, filter, plain, 1 << 20);
  REQUIRE(filter.state() == State::Open);
  REQUIRE(plain.empty());
}

}  // namespace

TEST_CASE("TLS 1.2 and 1.3 carry text whole, however the bytes are split") {
  const Certificates files;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::size_t step : {1UL, 2UL, 3UL, 5UL, 7UL, 64UL, 1000UL, 100'000UL}) {
      CAPTURE(version, step);
      Client client(version);
      TlsFilter filter(files.context());
      std::string plain;
      exchange(client, filter, plain, step);
      REQUIRE(filter.state() == State::Open);
      std::string sent;
      for (int i = 0; i < 20'000; ++i) sent += static_cast<char>('a' + i % 26);
      client.say(sent);
      exchange(client, filter, plain, step);
      CHECK(plain == sent);
      std::string wire;
      CHECK(filter.send(sent, wire) == State::Open);
      CHECK(wire.find(sent.substr(0, 26)) == std::string::npos);
      for (const char byte : wire) client.take(std::string(1, byte));
      CHECK(client.heard() == sent);
      std::string last;
      filter.end(last);
      client.take(last);
      CHECK(client.heard().empty());
      CHECK((SSL_get_shutdown(client.tls()) & SSL_RECEIVED_SHUTDOWN) != 0);
    }
  }
}

TEST_CASE("a client's notice that nothing follows ends its side only") {
  const Certificates files;
  Client client;
  TlsFilter filter(files.context());
  open(client, filter);
  client.say("last words");
  SSL_shutdown(client.tls());
  std::string plain;
  std::string wire;
  CHECK(filter.receive(client.wire(), plain, wire) == State::Ended);
  CHECK(plain == "last words");
  CHECK(filter.send("answer", wire) == State::Ended);
  client.take(wire);
  CHECK(client.heard() == "answer");
}

TEST_CASE("old versions, foreign protocols and garbage are refused with an alert") {
  const Certificates files;
  std::string plain;
  std::string wire;
  Client old(TLS1_1_VERSION);
  old.greet();
  CHECK(TlsFilter(files.context()).receive(old.wire(), plain, wire) == State::Broken);
  CHECK(wire.substr(0, 1) == "\x15");

  Client foreign;
  const unsigned char h2[] = "\x02h2";
  SSL_set_alpn_protos(foreign.tls(), h2, sizeof h2 - 1);
  foreign.greet();
  wire.clear();
  CHECK(TlsFilter(files.context()).receive(foreign.wire(), plain, wire) == State::Broken);
  CHECK(wire.substr(0, 1) == "\x15");

  for (const std::string& garbage : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(5'000, '\0'),
                                     std::string("\x16\x03\x01\xFF\xFF") + std::string(70'000, 'x'),
                                     std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10),
                                     std::string("\x80\x2E\x01\x00\x02", 5) + std::string(50, 1)}) {
    TlsFilter filter(files.context());
    wire.clear();
    CHECK(filter.receive(garbage, plain, wire) == State::Broken);
    CHECK(filter.receive("more", plain, wire) == State::Broken);
    CHECK(filter.send("text", wire) == State::Broken);
  }
  CHECK(plain.empty());
}

TEST_CASE("renegotiation is refused, and an altered record breaks the connection") {
  const Certificates files;
  std::string plain;
  std::string wire;
  Client asking(TLS1_2_VERSION);
  TlsFilter unmoved(files.context());
  open(asking, unmoved);
  SSL_renegotiate(asking.tls());
  asking.greet();
  unmoved.receive(asking.wire(), plain, wire);
  asking.take(wire);
  CHECK_FALSE(asking.greet());
  CHECK(SSL_get_error(asking.tls(), -1) != SSL_ERROR_NONE);
  CHECK(plain.empty());

  Client client;
  TlsFilter filter(files.context());
  open(client, filter);
  client.say("pay 10");
  std::string altered = client.wire();
  altered[altered.size() / 2] ^= 1;
  CHECK(filter.receive(altered, plain, wire) == State::Broken);
  CHECK(plain.empty());
}

TEST_CASE("a certificate that cannot be used is named with the reason") {
  const Certificates files;
  const auto said = [](const std::string& certificate, const std::string& key) {
    const auto loaded = TlsContext::load(certificate, key);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == "certificate_unusable");
    return loaded.error().message;
  };
  const std::string missing = files.dir.path() + "/missing.pem";
  CHECK(said(missing, files.key).find(missing) != std::string::npos);
  CHECK(said(files.certificate, missing).find(missing) != std::string::npos);
  files.dir.write("no.pem", "this is no PEM");
  CHECK(said(files.dir.path() + "/no.pem", files.key).find("no.pem") != std::string::npos);
  CHECK(said(files.certificate, files.dir.path() + "/no.pem").find("private key") != std::string::npos);
  const auto other = files.authority.issue("other");
  tests::write_key(files.dir.path() + "/other.key", other.key.get());
  CHECK(said(files.certificate, files.dir.path() + "/other.key").find("key values mismatch") != std::string::npos);
  const tests::Authority::Key other_kind(EVP_RSA_gen(2048), EVP_PKEY_free);
  tests::write_key(files.dir.path() + "/rsa.key", other_kind.get());
  CHECK(said(files.certificate, files.dir.path() + "/rsa.key").find("not the certificate's") != std::string::npos);
  const auto expired = files.authority.issue("localhost", -60);
  tests::write_certificate(files.dir.path() + "/old.pem", expired.certificate.get());
  tests::write_key(files.dir.path() + "/old.key", expired.key.get());
  CHECK(said(files.dir.path() + "/old.pem", files.dir.path() + "/old.key").find("expired") != std::string::npos);
}

}  // namespace platos::ingress
