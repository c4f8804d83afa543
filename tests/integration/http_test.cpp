// The HTTP front of a real platosd, byte by byte: connections, times, names.
#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "support/http.hpp"

using namespace platos::tests;
using namespace std::chrono_literals;

namespace {

using SteadyClock = std::chrono::steady_clock;

Daemon started(std::vector<std::string> arguments) {
  DaemonSettings settings;
  settings.arguments = std::move(arguments);
  return Daemon(settings);
}

std::string simple(const std::string& path, const std::string& more = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

/// Everything that comes until the server closes.
std::string all_of(RawConnection& connection) {
  connection.wait_closed(10'000);
  return connection.read_until("", 0);
}

std::string said_to(const Daemon& daemon, const std::string& bytes) {
  RawConnection connection(daemon.url());
  connection.send(bytes);
  return all_of(connection);
}

Answer ask_with(const Daemon& daemon, const std::string& path, std::vector<std::string> headers,
                const std::string& method = "GET") {
  Ask question;
  question.method = method;
  question.path = path;
  question.headers = std::move(headers);
  return ask(daemon, question);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

const std::string kClose = "Connection: close\r\n";

}  // namespace

TEST_CASE("a head that comes too slowly is cut with 408 and the connection closed") {
  const Daemon daemon = started({"--set", "http.read_timeout_ms=300"});
  RawConnection connection(daemon.url());
  const auto begin = SteadyClock::now();
  const std::string head = "GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
  std::size_t sent = 0;
  pollfd answer{connection.fd(), POLLIN, 0};
  while (::poll(&answer, 1, 20) == 0 && SteadyClock::now() - begin < 10s) {  // one byte every 20 ms
    connection.send(sent < head.size() ? head.substr(sent, 1) : "x");
    ++sent;
  }
  const auto took = SteadyClock::now() - begin;
  const std::string text = all_of(connection);
  CHECK(text.starts_with("HTTP/1.1 408 "));
  CHECK(text.find("\"request_timeout\"") != std::string::npos);
  CHECK(text.find(kClose) != std::string::npos);
  CHECK(took >= 250ms);
  CHECK(took < 5s);
}

TEST_CASE("a body that comes too slowly is cut with 408 and nothing is carried out") {
  const Daemon daemon = started({"--set", "http.read_timeout_ms=300"});
  for (const char* framing : {"Content-Length: 200\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n10\r\n{"}) {
    RawConnection connection(daemon.url());
    connection.send("POST /api/v1/agent/agents/hello/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                    daemon.key() + "\r\n" + framing);
    const auto begin = SteadyClock::now();
    pollfd answer{connection.fd(), POLLIN, 0};
    while (::poll(&answer, 1, 20) == 0 && SteadyClock::now() - begin < 10s) connection.send("x");
    CHECK(SteadyClock::now() - begin < 5s);
    CHECK(all_of(connection).starts_with("HTTP/1.1 408 "));
  }
  CHECK(get(daemon, "/api/v1/runs").json()["total"] == 0);
}

TEST_CASE("a connection without a request is closed after http.idle_timeout_ms, without an answer") {
  const Daemon daemon = started({"--set", "http.idle_timeout_ms=300"});
  CHECK(said_to(daemon, "").empty());
  RawConnection used(daemon.url());
  used.send(simple("/api/health"));
  CHECK(count(all_of(used), "HTTP/1.1 ") == 1);
}

TEST_CASE("pipelined requests are answered in order on one connection") {
  const Daemon daemon;
  std::string bytes = "\r\n";  // an empty line before a request is allowed
  for (int i = 0; i < 50; ++i) {
    const std::string id = "X-Request-Id: n" + std::to_string(i) + "\r\n";
    bytes += i % 5 == 0 ? "POST /api/nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n" + id + "\r\nabc"
                        : simple("/api/health", id + (i == 49 ? kClose : ""));
  }
  const std::string text = said_to(daemon, bytes);
  CHECK(count(text, "HTTP/1.1 200 ") == 40);
  CHECK(count(text, "HTTP/1.1 404 ") == 10);
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    const auto next = text.find("X-Request-Id: n" + std::to_string(i) + "\r\n");
    REQUIRE(next != std::string::npos);
    CHECK(next >= at);
    at = next;
  }
}

TEST_CASE("one byte at a time makes the same request") {
  const Daemon daemon;
  RawConnection connection(daemon.url());
  for (const char c : simple("/api/health", kClose)) connection.send(std::string(1, c));
  CHECK(all_of(connection).starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a client that has shut down its sending side still gets its answer") {
  const Daemon daemon;
  RawConnection connection(daemon.url());
  connection.send(simple("/api/health"));
  ::shutdown(connection.fd(), SHUT_WR);
  CHECK(all_of(connection).starts_with("HTTP/1.1 200 "));
}

TEST_CASE("HTTP/1.0 closes by default and needs no Host; a stream goes to it without chunks") {
  const Daemon daemon;
  CHECK(said_to(daemon, "GET /api/health HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
  const std::string stream = said_to(daemon,
                                     "GET /api/v1/agent/agents/hello/chat/stream?message=Hi HTTP/1.0\r\n"
                                     "Authorization: Bearer " +
                                         daemon.key() + "\r\n\r\n");
  CHECK(stream.starts_with("HTTP/1.1 200 "));
  CHECK(stream.find("\"type\":\"done\"") != std::string::npos);
  CHECK(stream.find("Transfer-Encoding") == std::string::npos);
  const std::string chunked = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  CHECK(said_to(daemon, chunked).starts_with("HTTP/1.1 400 "));
}

TEST_CASE("HEAD is answered as GET, without the body") {
  const Daemon daemon;
  const std::string text =
      said_to(daemon, "HEAD /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n" + simple("/api/health", kClose));
  CHECK(count(text, "HTTP/1.1 200 ") == 2);
  CHECK(count(text, "\"status\":\"ok\"") == 1);
  CHECK(text.find("Content-Length: 0") == std::string::npos);
}

TEST_CASE("HEAD of an event stream has no body and starts no turn") {
  const Daemon daemon;
  const std::string authorization = "Authorization: Bearer " + daemon.key() + "\r\n";
  const Answer turn = post(daemon, "/api/v1/agent/agents/hello/messages", {{"message", "Hi"}});
  const std::string run = turn.json()["runId"];
  for (const std::string& path :
       {"/api/v1/runs/" + run + "/events", std::string("/api/v1/agent/agents/hello/chat/stream?message=Hi")}) {
    CAPTURE(path);
    const std::string text =
        said_to(daemon, "HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization + kClose + "\r\n");
    REQUIRE(text.find("\r\n\r\n") != std::string::npos);
    CHECK(text.substr(text.find("\r\n\r\n") + 4).empty());
  }
  CHECK(get(daemon, "/api/v1/runs").json()["total"] == 1);
}

TEST_CASE("Expect: 100-continue gets its go-ahead, unless the body would be refused") {
  const Daemon daemon;
  const auto head = [&](const std::string& bytes) {
    return "POST /api/v1/agent/threads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + daemon.key() +
           "\r\nExpect: 100-continue\r\n" + kClose + "Content-Length: " + bytes + "\r\n\r\n";
  };
  RawConnection connection(daemon.url());
  connection.send(head("2"));
  CHECK(connection.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("{}");
  CHECK(connection.read_until("}").find("HTTP/1.1 201 ") != std::string::npos);
  CHECK(said_to(daemon, head("99999999")).starts_with("HTTP/1.1 413 "));
}

TEST_CASE("X-Request-Id is kept when it is valid and replaced when not; X-Platos-Version is on every answer") {
  const Daemon daemon;
  const std::string longest(128, '~');
  for (const std::string& id : {std::string("abc-1"), longest, std::string("!")}) {
    CHECK(ask_with(daemon, "/api/health", {"X-Request-Id: " + id}).headers["x-request-id"] == id);
    const Answer refused = ask_with(daemon, "/api/v1/runs", {"X-Request-Id: " + id, "Authorization:"});
    CHECK(refused.json()["requestId"] == id);
  }
  for (const std::string& id : {longest + "~", std::string("a b"), std::string("\xc3\xa4"), std::string()}) {
    const std::string own = ask_with(daemon, "/api/health", {"X-Request-Id: " + id}).headers["x-request-id"];
    CHECK(own.starts_with("req_"));
  }
  std::string version;
  for (const std::string& bytes :
       {simple("/api/health", kClose), simple("/nowhere", kClose), simple("/api/v1/runs", kClose),
        std::string("GET / HTTP/9\r\n\r\n"), std::string("GET / HTTP/1.1\r\nHost: evil\r\n\r\n"),
        "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nAccess-Control-Request-Method: GET\r\n" + kClose + "\r\n"}) {
    CAPTURE(bytes);
    const std::string text = said_to(daemon, bytes);
    CHECK(count(text, "\r\nX-Platos-Version: ") == 1);
    CHECK(count(text, "\r\nX-Request-Id: req_") == 1);
  }
}

TEST_CASE("only hosts of this server are served, so that no web page can rebind its name to it") {
  const Daemon daemon = started({"--set", "http.allowed_hosts=platos.example,other.example:8443"});
  const auto status = [&](const std::string& host) {
    const std::string text = said_to(daemon, "GET /api/health HTTP/1.1\r\n" + host + kClose + "\r\n");
    return text.substr(0, 12);
  };
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1", "127.1.2.3:99", "[::1]", "[::1]:80",
                           "platos.example", "Platos.Example:1", "other.example:8443"}) {
    CAPTURE(host);
    CHECK(status("Host: " + std::string(host) + "\r\n") == "HTTP/1.1 200");
  }
  for (const char* host :
       {"evil.example", "127.evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.platos.example",
        "other.example", "10.0.0.1", "0.0.0.0", "localhost@evil.example", "=?utf-8?Q?localhost?="}) {
    CAPTURE(host);
    const std::string text = said_to(daemon, "GET /api/health HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    CHECK(text.starts_with("HTTP/1.1 403 "));
    CHECK(text.find("\"host_not_allowed\"") != std::string::npos);
  }
  CHECK(status("") == "HTTP/1.1 400");
  CHECK(status("Host: localhost\r\nHost: localhost\r\n") == "HTTP/1.1 400");
  CHECK(status("Host: localhost\r\nhost: evil.example\r\n") == "HTTP/1.1 400");
}

TEST_CASE("a name that begins with a loopback address in brackets is not loopback") {
  const Daemon daemon;
  CHECK(said_to(daemon, "GET /api/health HTTP/1.1\r\nHost: [::1].evil.example\r\n" + kClose + "\r\n")
            .starts_with("HTTP/1.1 403 "));
}

TEST_CASE("CORS is off unless an origin is listed, and then on for that origin alone") {
  const std::string allowed = "Origin: https://app.example";
  const std::string ask_method = "Access-Control-Request-Method: POST";
  const Daemon closed;
  CHECK(ask_with(closed, "/api/health", {allowed}).headers.count("access-control-allow-origin") == 0);
  CHECK(
      ask_with(closed, "/api/v1/runs", {allowed, ask_method}, "OPTIONS").headers.count("access-control-allow-origin") ==
      0);
  const Daemon open = started({"--set", "http.cors_origins=https://app.example,https://b.example"});
  for (const char* path : {"/api/health", "/api/v1/runs/none", "/nowhere"}) {
    Answer answer = ask_with(open, path, {allowed});
    CHECK(answer.headers["access-control-allow-origin"] == "https://app.example");
    CHECK(answer.headers["vary"] == "Origin");
    CHECK(answer.headers.count("access-control-allow-credentials") == 0);
  }
  Answer preflight = ask_with(open, "/api/v1/runs", {allowed, ask_method, "Authorization:"}, "OPTIONS");
  CHECK(preflight.status == 204);
  CHECK(preflight.headers["access-control-allow-origin"] == "https://app.example");
  CHECK(preflight.headers["access-control-allow-methods"] == "GET, POST, PUT, PATCH, DELETE");
  CHECK(preflight.headers["access-control-allow-headers"].find("Idempotency-Key") != std::string::npos);
  for (const char* origin : {"https://evil.example", "http://app.example", "https://app.example.evil.example",
                             "https://app.example:444", "null", "https://app.example,https://b.example"}) {
    CAPTURE(origin);
    const std::string header = "Origin: " + std::string(origin);
    CHECK(ask_with(open, "/api/health", {header}).headers.count("access-control-allow-origin") == 0);
    const Answer refused = ask_with(open, "/api/v1/runs", {header, ask_method}, "OPTIONS");
    CHECK(refused.headers.count("access-control-allow-origin") == 0);
    CHECK(refused.headers.count("access-control-allow-methods") == 0);
  }
}

TEST_CASE("an encoded body is refused with 415, an identity body is read") {
  const Daemon daemon;
  const auto answer = [&](const std::string& encoding) {
    Ask question;
    question.path = "/api/v1/agent/threads";
    question.body = "{}";
    question.headers = {"Content-Encoding: " + encoding};
    return ask(daemon, question);
  };
  for (const char* encoding : {"gzip", "br", "identity, gzip", "x"}) {
    CHECK(answer(encoding).status == 415);
    CHECK(answer(encoding).json()["code"] == "unsupported_encoding");
  }
  CHECK(answer("Identity").status == 201);
}

TEST_CASE("an unknown route is 404, and a wrong method 405 with the right ones in Allow") {
  const Daemon daemon;
  for (const char* path :
       {"/", "/api", "/api/v1/agent/agents/", "/api/v1//runs", "/api/v1/runs/../runs", "/API/health"}) {
    CAPTURE(path);
    const std::string text = said_to(daemon, simple(path, kClose));
    CHECK(text.starts_with("HTTP/1.1 404 "));
    CHECK(text.find("\"route_not_found\"") != std::string::npos);
  }
  Answer wrong = ask_with(daemon, "/api/v1/agent/agents/hello", {}, "PUT");
  CHECK(wrong.status == 405);
  CHECK(wrong.headers["allow"] == "GET, PATCH, DELETE");
  CHECK(wrong.json()["code"] == "method_not_allowed");
  CHECK(ask_with(daemon, "/api/health", {}, "get").status == 405);
  CHECK(ask_with(daemon, "/agent/v1/agents/hello", {}).status == 200);
}
