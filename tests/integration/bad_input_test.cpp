// What must be refused: bodies, framing and keys that are wrong, and that nothing comes of them.
#include <catch2/catch.hpp>

#include "integration/error_form.hpp"

using namespace platos::tests;

namespace {

const std::string kAgents = "/api/v1/agent/agents";
const std::string kChat = "/api/v1/agent/agents/hello/messages";

Ask with_body(const std::string& path, const std::string& body) {
  Ask question;
  question.method = "POST";
  question.path = path;
  question.body = body;
  return question;
}

std::int64_t runs_of(const Daemon& daemon) { return get(daemon, "/api/v1/runs").json()["total"]; }

/// A turn with a body of this text, as raw bytes.
std::string turn_head(const Daemon& daemon, const std::string& framing) {
  return "POST " + kChat + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + daemon.key() +
         "\r\nContent-Type: application/json\r\n" + framing;
}

/// What the server says to these bytes, and whether it then closed the connection.
struct Talk {
  std::string text;
  bool closed = false;
};
Talk talk(const Daemon& daemon, const std::string& bytes) {
  RawConnection connection(daemon.url());
  connection.send(bytes);
  const std::string text = connection.read_until("}", 4'000);
  return {text, connection.wait_closed(4'000)};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("bodies that are not the JSON they should be are refused, each with its own code") {
  const Daemon daemon;
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "[";
  std::string many = "{\"message\":[0";
  for (int i = 0; i < 100'001; ++i) many += ",0";
  const std::vector<std::tuple<std::string, std::string>> cases = {
      {"{", "json_malformed"},
      {"{\"message\":\"a\"} x", "json_malformed"},
      {"{\"message\":1e999}", "json_malformed"},
      {"{\"message\":'a'}", "json_malformed"},
      {"{\"message\":\"\x01\"}", "json_malformed"},
      {"{\"message\":\"\\ud800\"}", "json_malformed"},
      {std::string("{\"message\":\"a\0b\"}", 17), "json_malformed"},
      {"{\"message\":\"\xff\"}", "json_not_utf8"},
      {"{\"message\":\"\xc0\xaf\"}", "json_not_utf8"},
      {"{\"message\":\"\xed\xa0\x80\"}", "json_not_utf8"},
      {"{\"message\":" + deep, "json_too_deep"},
      {many + "]}", "json_too_many_nodes"},
      {"[]", "invalid_field"},
      {"\"message\"", "invalid_field"},
      {"null", "invalid_field"},
  };
  for (const auto& [body, code] : cases) {
    CAPTURE(body.substr(0, 40));
    check_error(ask(daemon, with_body(kChat, body)), 400, code);
    check_error(ask(daemon, with_body(kAgents, body)), 400, code);
  }
  CHECK(runs_of(daemon) == 0);
  CHECK(get(daemon, kAgents).json()["total"] == 1);
}

TEST_CASE("64 levels of JSON are read, one more is too deep") {
  const Daemon daemon;
  const auto nested = [](int levels) {  // the object is the first level
    return "{\"message\":\"Hi\",\"extra\":" + std::string(static_cast<std::size_t>(levels - 1), '[') +
           std::string(static_cast<std::size_t>(levels - 1), ']') + "}";
  };
  CHECK(ask(daemon, with_body(kChat, nested(64))).status == 201);
  check_error(ask(daemon, with_body(kChat, nested(65))), 400, "json_too_deep");
}

TEST_CASE("an empty body with a JSON content type is taken where no field is needed, and named where one is") {
  const Daemon daemon;
  for (const char* body : {"", "  \r\n"}) {
    const Answer thread = ask(daemon, with_body("/api/v1/agent/threads", body));
    CHECK(thread.status == 201);
    const std::string id = thread.json()["id"];
    CHECK(ask(daemon, with_body("/api/v1/agent/threads/" + id + "/archive", body)).status == 200);
    const Answer turn = ask(daemon, with_body(kChat, body));
    check_error(turn, 400, "invalid_field");
    CHECK(turn.json()["validationErrors"] == Json({"message: expected a text, found nothing"}));
  }
}

TEST_CASE("bodies over http.max_body_bytes get 413, sized and chunked, and the limit itself is taken") {
  DaemonSettings settings;
  settings.arguments = {"--set", "http.max_body_bytes=2048"};
  const Daemon daemon(settings);
  const auto body = [](std::size_t bytes) {
    const std::string start = "{\"message\":\"Hi\",\"x\":\"";
    return start + std::string(bytes - start.size() - 2, 'x') + "\"}";
  };
  CHECK(ask(daemon, with_body(kChat, body(2048))).status == 201);
  check_error(ask(daemon, with_body(kChat, body(2049))), 413, "body_too_large");
  const auto chunked = [&](const std::string& chunks) {
    return talk(daemon, turn_head(daemon, "Transfer-Encoding: chunked\r\n\r\n" + chunks));
  };
  const auto refused = chunked("800\r\n" + body(2048) + "\r\n1\r\n");
  CHECK(refused.text.find(" 413 ") != std::string::npos);
  CHECK(refused.text.find("\"body_too_large\"") != std::string::npos);
  CHECK(refused.closed);
  CHECK(chunked("ffffffff\r\n").text.find(" 413 ") != std::string::npos);
  const auto huge = talk(daemon, turn_head(daemon, "Content-Length: 18446744073709551615\r\n\r\n"));
  CHECK(huge.text.find(" 413 ") != std::string::npos);
  CHECK(runs_of(daemon) == 1);
}

TEST_CASE("a request that two servers could read in two ways is refused, the connection closed, nothing carried out") {
  const Daemon daemon;
  const std::string body = R"({"message":"Hi"})";  // 16 bytes
  const std::string chunks = "10\r\n" + body + "\r\n0\r\n\r\n";
  const std::string sized = "Content-Length: 16\r\n";
  const std::string coded = "Transfer-Encoding: chunked\r\n";
  const std::string nul(1, '\0');
  const std::vector<std::string> framings = {
      sized + coded + "\r\n" + chunks,
      coded + sized + "\r\n" + chunks,
      sized + sized + "\r\n" + body,
      sized + "Content-Length: 17\r\n\r\n" + body,
      "Content-Length: 16, 16\r\n\r\n" + body,
      "Content-Length: +16\r\n\r\n" + body,
      "Content-Length: -16\r\n\r\n" + body,
      "Content-Length: 0x10\r\n\r\n" + body,
      "Content-Length: 16 16\r\n\r\n" + body,
      "Content-Length:\r\n\r\n" + body,
      "Content-Length: 18446744073709551632\r\n\r\n" + body,  // 2^64 + 16
      "Content-Length: =?utf-8?Q?16?=\r\n\r\n" + body,
      coded + coded + "\r\n" + chunks,
      "Transfer-Encoding: xchunked\r\n\r\n" + chunks,
      "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunks,
      "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks,
      "Transfer-Encoding: identity\r\n" + sized + "\r\n" + body,
      "Transfer-Encoding: \x0b"
      "chunked\r\n\r\n" +
          chunks,
      "Transfer-Encoding: =?utf-8?Q?chunked?=\r\n\r\n" + chunks,
      "Transfer-Encoding:\r\n\tchunked\r\n\r\n" + chunks,
      "Transfer-Encoding : chunked\r\n\r\n" + chunks,
      " Transfer-Encoding: chunked\r\n\r\n" + chunks,
      "X-Note: a\r\n b\r\n" + sized + "\r\n" + body,
      "X-Note: a\n" + sized + "\r\n" + body,
      "X-Note: a\r" + sized + "\r\n" + body,
      "X-Note: a" + nul + "b\r\n" + sized + "\r\n" + body,
      "X-Note: a\x7f\r\n" + sized + "\r\n" + body,
      "X Note: a\r\n" + sized + "\r\n" + body,
      ": a\r\n" + sized + "\r\n" + body,
      "no colon\r\n" + sized + "\r\n" + body,
      sized + "\n" + body,
      coded + "\r\n+10\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n-1\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n0x10\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n10 \r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n 10\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n00000000000000010\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n10000000000000010\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n10\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n10\r\n" + body + "\n0\r\n\r\n",
      coded + "\r\n10\r\n" + body + "xx0\r\n\r\n",
      coded + "\r\n10;" + std::string(400, 'a') + "\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n;a=b\r\n" + body + "\r\n0\r\n\r\n",
      coded + "\r\n10\r\n" + body + "\r\n0\r\nX-Trailer: a\n\r\n",
  };
  for (const auto& framing : framings) {
    CAPTURE(framing.substr(0, 80));
    const auto seen = talk(daemon, turn_head(daemon, framing) + turn_head(daemon, sized + "\r\n" + body));
    CHECK(seen.text.starts_with("HTTP/1.1 400 "));
    CHECK(seen.text.find("\"bad_request\"") != std::string::npos);
    CHECK(seen.text.find("Connection: close\r\n") != std::string::npos);
    CHECK(count(seen.text, "HTTP/1.1 ") == 1);
    CHECK(seen.closed);
  }
  CHECK(runs_of(daemon) == 0);
  const auto right = talk(daemon, turn_head(daemon, coded + "Connection: close\r\n\r\n" + chunks));
  CHECK(right.text.starts_with("HTTP/1.1 201 "));
  CHECK(runs_of(daemon) == 1);
}

TEST_CASE("lines that are no trailers behind the last chunk are refused") {
  const Daemon daemon;
  const std::string start = "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"message\":\"Hi\"}\r\n0\r\n";
  for (const std::string& rest :
       std::vector<std::string>{"GET / HTTP/1.1\r\n\r\n", "garbage\r\n\r\n", " X: folded\r\n\r\n", "X: \x01\r\n\r\n"}) {
    CAPTURE(rest);
    const auto seen = talk(daemon, turn_head(daemon, start + rest));
    CHECK(seen.text.starts_with("HTTP/1.1 400 "));
  }
  CHECK(runs_of(daemon) == 0);
}

TEST_CASE("a chunk extension with a control character is refused") {
  const Daemon daemon;
  for (const char c : {'\r', '\0', '\x01', '\x7f'}) {
    CAPTURE(static_cast<int>(c));
    const std::string line = "10;a" + std::string(1, c) + "b\r\n";
    const auto seen = talk(
        daemon, turn_head(daemon, "Transfer-Encoding: chunked\r\n\r\n" + line + "{\"message\":\"Hi\"}\r\n0\r\n\r\n"));
    CHECK(seen.text.starts_with("HTTP/1.1 400 "));
  }
  CHECK(runs_of(daemon) == 0);
}

TEST_CASE("request lines that are not a method, a path and a version are refused") {
  const Daemon daemon;
  const std::string nul(1, '\0');
  const std::vector<std::string> lines = {
      "GET http://localhost/api/health HTTP/1.1",
      "GET //evil HTTP/1.1 HTTP/1.1",
      "OPTIONS * HTTP/1.1",
      "CONNECT localhost:80 HTTP/1.1",
      "GET /api/health",
      "GET  /api/health HTTP/1.1",
      "GET /api/health  HTTP/1.1",
      " GET /api/health HTTP/1.1",
      "GET\t/api/health HTTP/1.1",
      "GET /api/\xc3\xa4 HTTP/1.1",
      "GET /api/" + nul + " HTTP/1.1",
      "GET /api/health HTTP/2.0",
      "GET /api/health HTTP/1.10",
      "GET /api/health http/1.1",
      "G@T /api/health HTTP/1.1",
      "AVERYLONGMETHODNAME /api/health HTTP/1.1",
  };
  for (const auto& line : lines) {
    CAPTURE(line);
    const auto seen = talk(daemon, line + "\r\nHost: localhost\r\n\r\n");
    CHECK(seen.text.starts_with("HTTP/1.1 400 "));
    CHECK(seen.closed);
  }
  const auto long_head = talk(daemon, "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(long_head.text.starts_with("HTTP/1.1 413 "));
  CHECK(long_head.text.find("\"head_too_large\"") != std::string::npos);
  std::string headers;
  for (int i = 0; i < 101; ++i) headers += "X-" + std::to_string(i) + ": a\r\n";
  CHECK(talk(daemon, "GET /api/health HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
            .text.starts_with("HTTP/1.1 400 "));
}

TEST_CASE("only the key of the server opens it, and a scope that is not its own is not found") {
  const Daemon daemon;
  const auto status = [&](std::vector<std::string> headers) {
    Ask question;
    question.path = "/api/v1/runs";
    question.headers = std::move(headers);
    return ask(daemon, question);
  };
  const std::string key = daemon.key();
  const std::vector<std::string> wrong = {"Authorization:",
                                          "Authorization: Bearer",
                                          "Authorization: Bearer wrong",
                                          "Authorization: Bearer " + key + "x",
                                          "Authorization: Bearer " + key.substr(1),
                                          "Authorization: Bearer " + key.substr(0, 5) + " " + key.substr(5),
                                          "Authorization: Basic " + key,
                                          "Authorization: " + key,
                                          "Authorization: Bearer, " + key,
                                          "Authorization: Bearer " + key + ", Bearer " + key};
  for (const auto& header : wrong) {
    CAPTURE(header);
    const Answer answer = status({header});
    check_error(answer, 401, "unauthenticated");
    CHECK(answer.headers.at("www-authenticate") == "Bearer");
    CHECK(answer.body.find(key) == std::string::npos);
  }
  CHECK(status({"Authorization: bearer " + key}).status == 200);
  CHECK(status({"Authorization: BEARER   " + key + "  "}).status == 200);
  for (const char* scope : {"Organization", "Project", "Environment"}) {
    check_error(status({"X-Platos-" + std::string(scope) + "-Id: org_other"}), 404, "scope_not_found");
  }
  const Answer right = status({"X-Platos-Organization-Id: org_default", "X-Platos-Project-Id: prj_default",
                               "X-Platos-Environment-Id: env_default", "X-Platos-User-Id: usr_admin"});
  CHECK(right.status == 200);
}

TEST_CASE("a message in the query must be UTF-8 as well") {
  const Daemon daemon;
  const Answer answer = get(daemon, "/api/v1/agent/agents/hello/chat/stream?message=%FF%FE");
  CHECK(answer.status == 400);
  CHECK(runs_of(daemon) == 0);
}
