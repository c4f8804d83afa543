#include "ingress/chunked_body.hpp"

#include <catch2/catch.hpp>

using platos::ErrorKind;
using platos::ingress::ChunkedBody;

namespace {

struct Outcome {
  bool complete = false;
  std::string body;
  std::string code;  // of the error
  std::string rest;  // what was left over
};

/// Feeds the pieces one after the other, as a connection does.
Outcome feed(const std::vector<std::string>& pieces, std::size_t max_bytes = 1000) {
  ChunkedBody chunks(max_bytes);
  Outcome outcome;
  for (const auto& piece : pieces) {
    outcome.rest += piece;
    if (chunks.complete()) continue;
    if (const auto fed = chunks.feed(outcome.rest); !fed) {
      outcome.code = fed.error().code;
      return outcome;
    }
  }
  outcome.complete = chunks.complete();
  if (outcome.complete) outcome.body = chunks.take();
  return outcome;
}

const std::string kWhole = "5\r\nhello\r\nC;name=value\r\n wide\r\nworld\r\n0001\r\n!\r\n0\r\nX-Sum: a:b\r\n\r\n";
const std::string kBody = "hello wide\r\nworld!";

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

}  // namespace

TEST_CASE("a chunked body is the same wherever its bytes are split, and what follows it is left") {
  const std::string text = kWhole + "GET /";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    for (std::size_t second = cut; second <= text.size(); ++second) {
      const auto outcome = feed({text.substr(0, cut), text.substr(cut, second - cut), text.substr(second)});
      REQUIRE(outcome.complete);
      REQUIRE(outcome.body == kBody);
      REQUIRE(outcome.rest == "GET /");
    }
  }
  CHECK(feed(bytes_of(text)).body == kBody);
}

TEST_CASE("no beginning of a chunked body is complete") {
  for (std::size_t size = 0; size < kWhole.size(); ++size) {
    const auto outcome = feed({kWhole.substr(0, size)});
    CHECK_FALSE(outcome.complete);
    CHECK(outcome.code.empty());
  }
}

TEST_CASE("a malformed chunked body is refused, at once and byte by byte") {
  const std::vector<std::string> wrong = {"\r\n",
                                          "\n",
                                          "g\r\n",
                                          "+1\r\na\r\n",
                                          "-1\r\na\r\n",
                                          "0x1\r\na\r\n",
                                          " 1\r\na\r\n",
                                          "1 \r\na\r\n",
                                          "1\t;a\r\na\r\n",
                                          ";a\r\n",
                                          "1\na\r\n",
                                          "1\r\na\nX",
                                          "1\r\naX\r\n",
                                          "1\r\nab\r\n",
                                          "000000001\r\na\r\n",
                                          "10000000000000001\r\na\r\n",
                                          "fffffffffffffffff\r\n",
                                          "1;" + std::string(300, 'a') + "\r\na\r\n",
                                          std::string(300, '0'),
                                          "0\r\nA: b\n\r\n",
                                          "0\r\n\n",
                                          "0\r\nA: " + std::string(9'000, 'a'),
                                          "0\r\n" + std::string(1, 'A') + ": " + std::string(5'000, 'a') +
                                              "\r\nB: " + std::string(5'000, 'b') + "\r\n\r\n"};
  for (const auto& text : wrong) {
    CAPTURE(text.substr(0, 40));
    CHECK(feed({text}).code == "bad_request");
    CHECK(feed(bytes_of(text)).code == "bad_request");
  }
}

TEST_CASE("trailers that are no header lines are refused") {
  for (const char* trailer : {"GET / HTTP/1.1", "no colon", " A: folded", "A : b", "A: \x01", ": b"}) {
    CAPTURE(trailer);
    CHECK(feed({"0\r\n" + std::string(trailer) + "\r\n\r\n"}).code == "bad_request");
  }
}

TEST_CASE("control characters in a chunk extension are refused") {
  for (const char c : {'\0', '\r', '\x01', '\x7f'}) {
    CAPTURE(static_cast<int>(c));
    CHECK(feed({"1;a" + std::string(1, c) + "b\r\na\r\n0\r\n\r\n"}).code == "bad_request");
  }
}

TEST_CASE("a chunked body may be as long as its limit and not longer, known from the size alone") {
  CHECK(feed({"5\r\nhello\r\n0\r\n\r\n"}, 5).body == "hello");
  CHECK(feed({"5\r\nhello\r\n1\r\n"}, 5).code == "body_too_large");
  CHECK(feed({"6\r\n"}, 5).code == "body_too_large");
  CHECK(feed({"ffffffff\r\n"}, 5).code == "body_too_large");
  CHECK(feed({"0\r\n\r\n"}, 0).complete);
  ChunkedBody chunks(0);
  std::string input = "1\r\n";
  CHECK(chunks.feed(input).error().kind == ErrorKind::TooLarge);
}
