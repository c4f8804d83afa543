// Answers of upstreams: the same whatever the cuts, and a body never longer than what came.
#include "egress/response_reader.hpp"
#include "property.hpp"

namespace {

using platos::egress::ResponseReader;
using Kind = ResponseReader::Piece::Kind;

struct Read {
  std::string heads;
  std::string body;
  bool failed = false;
  bool complete = false;
  bool operator==(const Read&) const = default;
};

void take_pieces(ResponseReader& reader, std::string_view input, Read& read) {
  for (;;) {
    const auto piece = reader.next(input);
    read.failed = !piece;
    if (!piece || piece->kind == Kind::NeedMore || piece->kind == Kind::End) return;
    if (piece->kind == Kind::Body) {
      platos::fuzz::require(!piece->body.empty(), "a piece of body is not empty");
      read.body += piece->body;
      continue;
    }
    platos::fuzz::require(reader.status() >= 200 && reader.status() <= 999, "a final status has three digits");
    platos::fuzz::require(reader.headers().size() <= ResponseReader::kMaxHeaders, "headers are limited");
    read.heads += std::to_string(reader.status());
    for (const auto& [name, value] : reader.headers()) read.heads += '\n' + name + ':' + value;
  }
}

Read read_all(const std::vector<std::string_view>& inputs, bool to_head) {
  ResponseReader reader(to_head);
  Read read;
  for (const auto input : inputs) {
    if (read.failed || reader.complete()) break;
    take_pieces(reader, input, read);
  }
  read.complete = !read.failed && reader.complete();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = platos::fuzz::text_of(data, size);
  for (const bool to_head : {false, true}) {
    const Read whole = read_all({text}, to_head);
    platos::fuzz::require(whole.body.size() <= text.size(), "a body is no longer than what came");
    for (int way = 0; way < platos::fuzz::kCuts; ++way)
      platos::fuzz::require(read_all(platos::fuzz::cut(text, way), to_head) == whole, "cuts change nothing");
  }
  return 0;
}
