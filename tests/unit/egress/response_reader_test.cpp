#include "egress/response_reader.hpp"

#include <catch2/catch.hpp>

namespace platos::egress {
namespace {

struct Heard {
  int status = 0;
  ResponseReader::Headers headers;
  std::string body;
  bool ended = false;
  std::string left;   ///< bytes behind the end
  std::string error;  ///< empty: none
  bool keeps = false;
};

// Reads an answer cut at every `step` bytes, then closes.
Heard hear(const std::string& bytes, std::size_t step, bool to_head = false) {
  using Kind = ResponseReader::Piece::Kind;
  ResponseReader reader(to_head);
  Heard heard;
  for (std::size_t at = 0; at < bytes.size() && !heard.ended; at += step) {
    std::string_view input = std::string_view(bytes).substr(at, step);
    for (;;) {
      const auto piece = reader.next(input);
      if (!piece) {
        CHECK(piece.error().code == "upstream_cut");
        heard.error = piece.error().message;
        return heard;
      }
      if (piece->kind == Kind::NeedMore) break;
      if (piece->kind == Kind::Head) {
        heard.status = reader.status();
        heard.headers = reader.headers();
      }
      if (piece->kind == Kind::Body) heard.body += piece->body;
      if (piece->kind == Kind::End) {
        heard.ended = true;
        heard.left = input;
        break;
      }
    }
  }
  heard.ended = reader.ends_with_connection();
  heard.keeps = reader.keeps_connection();
  return heard;
}

const std::string kChunked =
    "HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;ext=1\r\nhello\r\n0\r\nTrailer: x\r\n\r\n";

}  // namespace

TEST_CASE("An answer reads the same however its bytes arrive") {
  for (const std::string& answer :
       {kChunked,
        std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nhello"),
        std::string("HTTP/1.0 200 OK\nX-A:1\nConnection: keep-alive\nContent-Length: 5\n\nhello"),
        std::string("HTTP/1.1 200\r\nX-A: 1\r\n\r\nhello")}) {
    for (std::size_t step = 1; step <= answer.size(); ++step) {
      INFO(answer << " in pieces of " << step);
      const Heard heard = hear(answer, step);
      CHECK(heard.error.empty());
      CHECK(heard.status == 200);
      REQUIRE_FALSE(heard.headers.empty());
      CHECK(heard.headers.front() == std::pair<std::string, std::string>("x-a", "1"));
      CHECK(heard.body == "hello");
      CHECK(heard.ended);
    }
  }
}

TEST_CASE("Where an answer ends decides whether the connection is kept") {
  CHECK(hear(kChunked, 7).keeps);
  CHECK(hear("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 9).keeps);
  CHECK(hear("HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n", 9).ended);
  CHECK(hear("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 9, true).ended);
  CHECK_FALSE(hear("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", 9).keeps);
  CHECK_FALSE(hear("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 9).keeps);
  CHECK_FALSE(hear("HTTP/1.1 200 OK\r\n\r\nto the end", 9).keeps);
  CHECK_FALSE(
      hear("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 9).keeps);
  CHECK_FALSE(hear("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", 9).ended);
  CHECK_FALSE(hear(kChunked.substr(0, kChunked.size() - 2), 9).ended);
  CHECK(hear("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200", 80).left == "HTTP/1.1 200");
}

TEST_CASE("What two readers could read in two ways is refused") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& answer : {std::string("SSH-2.0-OpenSSH\r\n\r\n"),
                                    std::string("HTTP/2 200\r\n\r\n"),
                                    std::string("HTTP/1.1 20\r\n\r\n"),
                                    std::string("HTTP/1.1 2000 OK\r\n\r\n"),
                                    std::string("HTTP/1.1 099 OK\r\n\r\n"),
                                    std::string("HTTP/1.1 101 Switching\r\n\r\n"),
                                    head + "X-A: 1\r\n folded\r\n\r\n",
                                    head + "X-A : 1\r\n\r\n",
                                    head + "no colon\r\n\r\n",
                                    head + ": nameless\r\n\r\n",
                                    head + "X-A: a\rb\r\n\r\n",
                                    head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                                    head + "Content-Length: -1\r\n\r\n",
                                    head + "Content-Length: 1, 1\r\n\r\na",
                                    head + "Transfer-Encoding: gzip, chunked\r\n\r\n",
                                    head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
                                    head + "Transfer-Encoding: chunked\r\n\r\n\r\n",
                                    head + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
                                    head + "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
                                    head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
      INFO(answer);
      CHECK_FALSE(hear(answer, step).error.empty());
    }
  }
}

TEST_CASE("A head, a line of chunk size and trailers have a limit") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  std::string many = head;
  for (int i = 0; i <= 128; ++i) many += "a:\r\n";
  for (const std::string& answer :
       {head + "X: " + std::string(70'000, 'x'), many + "\r\n", chunked + "1;" + std::string(70'000, 'x'),
        chunked + "0\r\n" + std::string(70'000, 'x')}) {
    CHECK_FALSE(hear(answer, 4096).error.empty());
  }
  std::string trickled = chunked + "0\r\n";
  for (int i = 0; i < 10'000; ++i) trickled += "Trailer: x\r\n";
  CHECK_FALSE(hear(trickled, 4096).error.empty());
}

}  // namespace platos::egress
