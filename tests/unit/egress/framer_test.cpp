#include "egress/framer.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace platos::egress {
namespace {

using ports::Framing;
constexpr std::size_t kLimit = 1024;

/// Frames as "event|data", the body given in pieces of `step` bytes with the first cut at `first`.
std::vector<std::string> frames(Framing framing, std::string_view body, std::size_t first, std::size_t step,
                                std::string* error = nullptr) {
  const auto framer = make_framer(framing, kLimit);
  std::vector<std::string> out;
  const auto take = [&](std::string_view event, std::string_view data) -> Result<void> {
    out.push_back(std::string(event) + "|" + std::string(data));
    return {};
  };
  std::size_t size = first;
  while (!body.empty()) {
    const auto fed = framer->feed(body.substr(0, size), take);
    if (!fed) {
      if (error != nullptr) *error = fed.error().code;
      return out;
    }
    body.remove_prefix(std::min(size, body.size()));
    size = step;
  }
  CHECK(framer->finish(take));
  return out;
}

/// The same frames come out wherever the body is cut once, and when it comes byte by byte.
void check_all_cuts(Framing framing, const std::string& body, const std::vector<std::string>& expected) {
  INFO(body);
  CHECK(frames(framing, body, 1, 1) == expected);
  for (std::size_t cut = 1; cut <= body.size(); ++cut) {
    INFO("cut at " << cut);
    CHECK(frames(framing, body, cut, body.size()) == expected);
  }
}

}  // namespace

TEST_CASE("Server-sent events are the same with LF, CR, CRLF and a mix, wherever the bytes are cut") {
  const std::vector<std::string> expected = {"|one", "named|two\nlines", "|three"};
  for (const std::string& end : {std::string("\n"), std::string("\r"), std::string("\r\n")}) {
    check_all_cuts(Framing::ServerSentEvents,
                   "data: one" + end + end + "event: named" + end + "data: two" + end + "data:lines" + end + end +
                       "data: three" + end + end,
                   expected);
  }
  check_all_cuts(Framing::ServerSentEvents, "data: one\r\n\nevent: named\rdata: two\ndata:lines\r\n\rdata: three\n\r\n",
                 expected);
}

TEST_CASE("Byte order mark, comments, unknown fields, empty data and spaces follow the rules") {
  check_all_cuts(Framing::ServerSentEvents,
                 "\xEF\xBB\xBF"
                 "data: x\n\n",
                 {"|x"});
  check_all_cuts(Framing::ServerSentEvents, ": ping\n\n:\n\ndata: x\n: in between\ndata: y\n\n", {"|x\ny"});
  check_all_cuts(Framing::ServerSentEvents, "id: 4\nretry: 9\nfoo: bar\ndatax: n\n\ndata: x\n\n", {"|x"});
  check_all_cuts(Framing::ServerSentEvents, "data\n\ndata:\n\ndata:\ndata:\n\n", {"|", "|", "|\n"});
  check_all_cuts(Framing::ServerSentEvents, "data:  two spaces \n\ndata:a:b\n\n", {"| two spaces ", "|a:b"});
  // An event without data is none, and its name does not stick to the next.
  check_all_cuts(Framing::ServerSentEvents, "event: lost\n\ndata: x\n\n", {"|x"});
  check_all_cuts(Framing::ServerSentEvents, "event: a\nevent: b\ndata: x\n\n", {"b|x"});
  // A mark that is not the first thing is data.
  check_all_cuts(Framing::ServerSentEvents,
                 "data: a\n\n\xEF\xBB\xBF"
                 "data: b\n\n",
                 {"|a"});
}

TEST_CASE("An event without its empty line is dropped at the end of the body") {
  check_all_cuts(Framing::ServerSentEvents, "data: x\n\ndata: y", {"|x"});
  check_all_cuts(Framing::ServerSentEvents, "data: x\n\ndata: y\n", {"|x"});
  check_all_cuts(Framing::ServerSentEvents, "", {});
}

TEST_CASE("NDJSON is one frame a line that is not empty, also the last without a line end") {
  check_all_cuts(Framing::NdJson, "{\"a\":1}\n\n{\"b\":2}\r\n\r\n{\"c\":3}",
                 {"|{\"a\":1}", "|{\"b\":2}", "|{\"c\":3}"});
  check_all_cuts(Framing::NdJson, "\n\n", {});
}

TEST_CASE("A carriage return inside an NDJSON value is white space and no line end", "[finding]") {
  CHECK(frames(Framing::NdJson, "{\"a\":\r1}\n", 100, 100) == std::vector<std::string>{"|{\"a\":\r1}"});
}

TEST_CASE("Whole is one frame at the end; raw is every chunk as it came") {
  check_all_cuts(Framing::Whole, "any\r\nthing", {"|any\r\nthing"});
  CHECK(frames(Framing::Whole, "", 1, 1) == std::vector<std::string>{"|"});
  CHECK(frames(Framing::Raw, "abcd", 3, 9) == std::vector<std::string>{"|abc", "|d"});
}

TEST_CASE("Frames over the limit are refused, in one piece and in many") {
  const std::string huge(kLimit + 1, 'x');
  const std::string half(kLimit / 2, 'x');
  for (const std::size_t step : {std::size_t{1}, std::size_t{100'000}}) {
    for (const auto& [framing, body] : std::vector<std::pair<Framing, std::string>>{
             {Framing::ServerSentEvents, "data: " + huge + "\n\n"},
             {Framing::ServerSentEvents, "data: " + half + "\ndata: " + half + "\ndata: " + half + "\n\n"},
             {Framing::ServerSentEvents, ":" + huge + huge},
             {Framing::NdJson, huge},
             {Framing::Whole, huge}}) {
      std::string error;
      CHECK(frames(framing, body, step, step, &error).empty());
      CHECK(error == "upstream_frame_too_large");
    }
  }
  std::string error;
  std::string empties = "data\n";
  while (empties.size() < 5 * (kLimit + 3)) empties += "data\n";
  CHECK(frames(Framing::ServerSentEvents, empties + "\n", 7, 7, &error).empty());
  CHECK(error == "upstream_frame_too_large");
}

TEST_CASE("Frames of exactly the limit pass") {
  const std::string full(kLimit, 'x');
  CHECK(frames(Framing::NdJson, full + "\n", 10, 10) == std::vector<std::string>{"|" + full});
  CHECK(frames(Framing::Whole, full, 10, 10) == std::vector<std::string>{"|" + full});
}

TEST_CASE("An event whose data is exactly the limit passes, too", "[finding]") {
  const std::string full(kLimit, 'x');
  CHECK(frames(Framing::ServerSentEvents, "data: " + full + "\n\n", 10, 10) == std::vector<std::string>{"|" + full});
}

TEST_CASE("An error of the taker stops the framer and is returned") {
  for (const auto framing : {Framing::ServerSentEvents, Framing::NdJson, Framing::Raw}) {
    const auto framer = make_framer(framing, kLimit);
    int calls = 0;
    const auto fed = framer->feed("data: a\n\ndata: b\n\n", [&](std::string_view, std::string_view) -> Result<void> {
      ++calls;
      return fail(ErrorKind::Internal, "enough", "enough");
    });
    REQUIRE_FALSE(fed);
    CHECK(fed.error().code == "enough");
    CHECK(calls == 1);
  }
}

}  // namespace platos::egress
