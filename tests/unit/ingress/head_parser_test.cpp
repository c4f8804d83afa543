#include "ingress/head_parser.hpp"

#include <catch2/catch.hpp>

using platos::ingress::check_field_line;
using platos::ingress::parse_head;

namespace {

const std::string kLine = "POST /a/b?c=d%20e&f HTTP/1.1\r\n";

std::string head(const std::string& headers) { return kLine + "Host: localhost\r\n" + headers + "\r\n"; }

std::string code_of(const std::string& text) {
  const auto parsed = parse_head(text);
  return parsed ? "" : parsed.error().code;
}

}  // namespace

TEST_CASE("a head is read: method, path, query, headers with lower-case names in their order") {
  const auto parsed = parse_head(head("X-One:  a b \t\r\nX-TWO:\r\nx-one: c:d\r\nContent-Length: 7\r\n"));
  REQUIRE(parsed);
  const auto& request = parsed->request;
  CHECK(request.method == "POST");
  CHECK(request.path == "/a/b");
  CHECK(request.query == "c=d%20e&f");
  using Headers = std::vector<std::pair<std::string, std::string>>;
  CHECK(request.headers ==
        Headers{{"host", "localhost"}, {"x-one", "a b"}, {"x-two", ""}, {"x-one", "c:d"}, {"content-length", "7"}});
  CHECK(request.header("x-one") == "a b");
  CHECK(request.header("x-none").empty());
  CHECK(parsed->content_length == 7);
  CHECK_FALSE(parsed->chunked);
  CHECK(parsed->keep_alive);
  CHECK_FALSE(parsed->expects_continue);
}

TEST_CASE("the path and query are split at the first question mark alone") {
  const auto parsed = parse_head("GET /?a?b HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(parsed);
  CHECK(parsed->request.path == "/");
  CHECK(parsed->request.query == "a?b");
}

TEST_CASE("what a request says of its connection and its body") {
  CHECK(parse_head(head("Transfer-Encoding: Chunked\r\n"))->chunked);
  CHECK(parse_head(head("Transfer-Encoding: \t chunked \r\n"))->chunked);
  CHECK(parse_head(head("Expect: 100-Continue\r\n"))->expects_continue);
  CHECK_FALSE(parse_head(head("Connection: Close\r\n"))->keep_alive);
  CHECK(parse_head(head("Connection: keep-alive\r\n"))->keep_alive);
  CHECK_FALSE(parse_head("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  CHECK(parse_head(head("Content-Encoding: identity\r\n")));
  CHECK(code_of(head("Content-Encoding: gzip\r\n")) == "unsupported_encoding");
}

TEST_CASE("close among other connection options closes as well") {
  CHECK_FALSE(parse_head(head("Connection: foo, close\r\n"))->keep_alive);
  CHECK_FALSE(parse_head(head("Connection: foo\r\nConnection: close\r\n"))->keep_alive);
}

TEST_CASE("a value is taken as it stands: encoded words are not decoded") {
  const std::string word = "=?utf-8?Q?chunked?=";
  CHECK(code_of(head("Transfer-Encoding: " + word + "\r\n")) == "bad_request");
  CHECK(code_of(head("Content-Length: =?utf-8?B?NQ==?=\r\n")) == "bad_request");
  const auto parsed = parse_head(head("X-Word: " + word + "\r\n"));
  REQUIRE(parsed);
  CHECK(parsed->request.header("x-word") == word);
  CHECK(parse_head(head("X-Word: =?utf-8?Q?a=0D=0Ab?=\r\n"))->request.header("x-word") == "=?utf-8?Q?a=0D=0Ab?=");
}

TEST_CASE("every single byte that becomes LF, CR or NUL makes a head that is refused") {
  const std::string good = head("X-Note: abc\r\nContent-Length: 5\r\n");
  REQUIRE(parse_head(good));
  for (std::size_t i = 0; i + 4 < good.size(); ++i) {
    for (const char c : {'\n', '\r', '\0'}) {
      if (good[i] == c) continue;
      std::string bad = good;
      bad[i] = c;
      CAPTURE(i, static_cast<int>(c));
      CHECK(code_of(bad) == "bad_request");
    }
  }
}

TEST_CASE("a head with one byte left out of its line ends is refused") {
  const std::string good = head("X-Note: abc\r\n");
  for (std::size_t i = 0; i < good.size(); ++i) {
    if (good[i] != '\r' && good[i] != '\n') continue;
    std::string bad = good;
    bad.erase(i, 1);
    CAPTURE(i);
    CHECK(code_of(bad) == "bad_request");
  }
}

TEST_CASE("an empty line is neither a request nor a header") {
  CHECK_FALSE(parse_head("\r\nHost: a\r\n\r\n"));
  CHECK_FALSE(check_field_line(""));
}

TEST_CASE("hosts and counts of headers") {
  CHECK(code_of("GET / HTTP/1.1\r\n\r\n") == "bad_request");
  CHECK(code_of("GET / HTTP/1.0\r\n\r\n").empty());
  CHECK(code_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == "bad_request");
  std::string many;
  for (int i = 0; i < 98; ++i) many += "X: a\r\n";
  CHECK(code_of(head(many)).empty());  // with the request line and Host: 100 lines
  CHECK(code_of(head(many + "X: a\r\n")) == "bad_request");
  CHECK(code_of("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == "bad_request");
}
