// What TLS adds to a turn on a connection that is kept: the request read, and each event written by itself.
#include <benchmark/benchmark.h>
#include <openssl/bio.h>

#include "ingress/tls.hpp"
#include "support/authority.hpp"
#include "support/temp_dir.hpp"

namespace platos::bench {
namespace {

using ingress::TlsContext;
using ingress::TlsFilter;

constexpr std::size_t kRequestBytes = 500;
constexpr std::size_t kEventBytes = 120;

struct Ends {
  tests::TempDir dir;
  std::shared_ptr<const TlsContext> context;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> client_context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> client{SSL_new(client_context.get()), SSL_free};
  std::unique_ptr<TlsFilter> server;

  Ends() {
    const tests::Authority authority;
    const auto issued = authority.issue("localhost");
    tests::write_certificate(dir.path() + "/c.pem", issued.certificate.get());
    tests::write_key(dir.path() + "/k.pem", issued.key.get());
    context = TlsContext::load(dir.path() + "/c.pem", dir.path() + "/k.pem").value();
    server = std::make_unique<TlsFilter>(context);
    SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client.get());
    std::string plain;
    for (int round = 0; round < 3; ++round) {
      SSL_do_handshake(client.get());
      std::string back;
      server->receive(from_client(), plain, back);
      BIO_write(SSL_get_rbio(client.get()), back.data(), static_cast<int>(back.size()));
    }
  }
  std::string from_client() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(client.get()), &bytes);
    std::string all(bytes, static_cast<std::size_t>(size));
    (void)BIO_reset(SSL_get_wbio(client.get()));
    return all;
  }
};

// Argument: events of the turn. The client's part is not timed.
void tls_of_a_turn(benchmark::State& state) {
  Ends ends;
  const std::string request(kRequestBytes, 'r');
  const std::string event(kEventBytes, 'e');
  for (auto _ : state) {
    state.PauseTiming();
    SSL_write(ends.client.get(), request.data(), static_cast<int>(request.size()));
    const std::string record = ends.from_client();
    std::string plain;
    std::string wire;
    state.ResumeTiming();
    ends.server->receive(record, plain, wire);
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      wire.clear();
      ends.server->send(event, wire);
    }
    if (plain.size() != kRequestBytes || wire.size() <= kEventBytes) return state.SkipWithError("it was not carried");
  }
}
BENCHMARK(tls_of_a_turn)->Arg(5)->Arg(21);

}  // namespace
}  // namespace platos::bench
