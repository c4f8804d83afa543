#include "entities/callback.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/task_set.hpp"
#include "base/text.hpp"
#include "unit/egress/raw_server.hpp"

namespace platos::entities {
namespace {

using egress::HostTrust;
using egress::RawServer;

struct CallbackStage {
  base::SystemClock clock;
  base::Loop loop{clock};
  base::WorkerPool resolvers{"resolver", 1, 16};
  egress::Client client{loop, resolvers, {}};
  base::CancelSource cancel;

  static OutgoingCall pay() {
    OutgoingCall call;
    call.scope = {"org", "prj", "env"};
    call.entity = "shop";
    call.tool = "pay";
    call.arguments_json = R"({"b":1,"a":2})";
    call.user_token = "token-of-ann";
    call.idempotency_key = "run_1:call_1";
    return call;
  }
  Result<std::string> call(const std::string& url, HostTrust trust = HostTrust::Operator,
                           std::int64_t within_us = 30'000'000) {
    Callback callback{url, "the secret", trust, clock.monotonic_us() + within_us};
    return base::run_to_end(loop, call_back(loop, client, pay(), std::move(callback), cancel.token()));
  }
  /// What becomes of this answer.
  Result<std::string> answered(const std::string& answer) {
    RawServer server([&](RawServer::Peer& peer, int) {
      peer.read_request();
      peer.send(answer);
    });
    return call(server.url("/tools?key=hidden"));
  }
};

std::string http(const std::string& status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

std::string header_of(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

void check_refused(const Result<std::string>& ended, ErrorKind kind, const std::string& code) {
  REQUIRE_FALSE(ended);
  CHECK(ended.error().kind == kind);
  CHECK(ended.error().code == code);
  CHECK(ended.error().message.find("hidden") == std::string::npos);
  CHECK(ended.error().message.find("127.0.0.1") == std::string::npos);
  CHECK(ended.error().message.find("token-of-ann") == std::string::npos);
}

}  // namespace

TEST_CASE("A call is posted with its signature over exactly the bytes of the body") {
  std::string request;
  RawServer server([&](RawServer::Peer& peer, int) {
    request = peer.read_request();
    peer.send(http("200 OK", R"({"paid":true})"));
  });
  CallbackStage f;
  const auto answer = f.call(server.url("/tools?x=1"));
  REQUIRE(answer);
  CHECK(*answer == R"({"paid":true})");
  CHECK(request.starts_with("POST /tools?x=1 HTTP/1.1\r\n"));
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  CHECK(body == R"({"method":"tools/call","params":{"name":"pay","arguments":{"b":1,"a":2}}})");
  const Stamp stamp{"", header_of(request, "X-Platos-Timestamp"), header_of(request, "X-Platos-Nonce")};
  CHECK(header_of(request, "X-Platos-Signature") == signature_of("the secret", stamp, body));
  CHECK(header_of(request, "X-Platos-User-Token") == "token-of-ann");
  CHECK(header_of(request, "Idempotency-Key") == "run_1:call_1");
}

TEST_CASE("What the backend answers decides what is known of the call") {
  CallbackStage f;
  check_refused(f.answered(http("404 Not Found", "no such tool\n\x01")), ErrorKind::Aborted, "tool_failed");
  CHECK(f.answered(http("500 Oops", "broken")).error().message == "HTTP 500: broken");
  for (const char* gateway : {"502 Bad Gateway", "503 Unavailable", "504 Gateway Timeout"})
    check_refused(f.answered(http(gateway, "")), ErrorKind::Unavailable, "entity_connection_lost");
  CHECK(f.answered(http("204 No Content", "")).value().empty());
  check_refused(f.answered("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"), ErrorKind::Unavailable,
                "entity_connection_lost");
  check_refused(f.answered(""), ErrorKind::Unavailable, "entity_connection_lost");
  check_refused(f.answered("SSH-2.0-OpenSSH\r\n\r\n"), ErrorKind::Unavailable, "entity_connection_lost");
}

TEST_CASE("Over its rate the backend says when to come again") {
  CallbackStage f;
  const auto after = [&](const std::string& header) {
    const auto ended = f.answered(http("429 Slow", "{}", header));
    check_refused(ended, ErrorKind::ResourceExhausted, "rate_limit");
    return ended.error().retry_after_ms;
  };
  CHECK(after("Retry-After: 7\r\n") == 7'000);
  CHECK(after("") == 30'000);
  CHECK(after("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n") == 30'000);
  CHECK(after("Retry-After: 99999999999999\r\n") == 86'400'000);
}

TEST_CASE("Redirects are not followed") {
  RawServer inner([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.send(http("200 OK", "\"metadata\""));
  });
  CallbackStage f;
  for (const char* status : {"301 Moved", "302 Found", "307 Temporary", "308 Permanent"}) {
    const auto ended = f.answered(http(status, "", "Location: " + inner.url("/") + "\r\n"));
    check_refused(ended, ErrorKind::FailedPrecondition, "callback_refused");
  }
  CHECK(inner.connections() == 0);
}

TEST_CASE("An answer over ten MiB is refused without being kept") {
  CallbackStage f;
  check_refused(f.answered(http("200 OK", std::string(10 * 1024 * 1024 + 1, ' '))), ErrorKind::TooLarge,
                "tool_output_too_large");
  CHECK(f.answered(http("200 OK", std::string(10 * 1024 * 1024, ' '))));
  CHECK(f.answered(http("500 Oops", std::string(11 * 1024 * 1024, 'x'))).error().message.size() < 600);
}

TEST_CASE("A backend that does not answer in time may have done it; one that nobody runs has not") {
  CallbackStage f;
  RawServer silent([](RawServer::Peer& peer, int) {
    peer.read_request();
    peer.wait_for_close();
  });
  check_refused(f.call(silent.url(), HostTrust::Operator, 200'000), ErrorKind::Deadline, "entity_timeout");
  const std::string closed = RawServer([](RawServer::Peer&, int) {}).url("/?hidden");
  check_refused(f.call(closed), ErrorKind::FailedPrecondition, "callback_unreachable");
  RawServer hanging([&](RawServer::Peer& peer, int) {
    peer.read_request();
    f.loop.post([&] { f.cancel.cancel("cancelled"); });
    peer.wait_for_close();
  });
  check_refused(f.call(hanging.url()), ErrorKind::Cancelled, "cancelled");
}

TEST_CASE("A call is made once on a connection of its own, also when that is closed without an answer") {
  RawServer server([](RawServer::Peer& peer, int connection) {
    peer.read_request();
    if (connection == 1) {
      peer.send(http("200 OK", "1"));
      peer.wait_for_close();
    }
  });
  CallbackStage f;
  CHECK(f.call(server.url()));
  check_refused(f.call(server.url()), ErrorKind::Unavailable, "entity_connection_lost");
  CHECK(server.connections() == 2);
}

TEST_CASE("Tenants' addresses are public, or the operator's list has them") {
  CallbackStage f;
  RawServer server([](RawServer::Peer&, int) {});
  check_refused(f.call(server.url("/hidden"), HostTrust::Tenant), ErrorKind::FailedPrecondition,
                "callback_unreachable");
  CHECK(server.connections() == 0);
  const CallbackRules none({});
  for (const char* bad : {"http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/",
                          "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://example.com:8443/",
                          "https://user:pass@example.com/", "ws://platos/tools/sync", "file:///etc/passwd", "",
                          "https:", "https://0x7f.1/", "https://127.0.0.1.nip.io/"}) {
    INFO(bad);
    CHECK_FALSE(none.check(bad));
    CHECK(none.trust_of(bad) == HostTrust::Tenant);
  }
  CHECK(none.check("https://example.com/tools"));
  CHECK_FALSE(none.check("https://example.com/" + std::string(2048, 'x')));
}

TEST_CASE("The operator's list names hosts with and without ports, and allows nothing else") {
  const CallbackRules rules({"crm.intern", "127.0.0.1:8080", "[::1]:9000", "bad/host", "user@host", "*", "a b"});
  for (const char* good : {"http://crm.intern/x", "https://CRM.intern/", "http://127.0.0.1:8080/", "http://[::1]:9000/",
                           "https://crm.intern:80/"}) {
    INFO(good);
    CHECK(rules.trust_of(good) == HostTrust::Operator);
    CHECK(rules.check(good));
  }
  for (const char* bad : {"http://crm.intern:8080/", "http://127.0.0.1/", "http://127.0.0.1:8081/", "http://[::1]/",
                          "http://crm.intern.evil.example/", "http://evil.crm.intern/", "http://bad/host",
                          "http://host/", "http://*/", "http://127.0.0.1:8080@evil.example/"}) {
    INFO(bad);
    CHECK(rules.trust_of(bad) == HostTrust::Tenant);
    CHECK_FALSE(rules.check(bad));
  }
}

}  // namespace platos::entities
