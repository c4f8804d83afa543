#include "egress/response_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace platos::egress {
namespace {

using Kind = ResponseReader::Piece::Kind;

tl::unexpected<Error> not_http(std::string_view why) {
  Error error{ErrorKind::Unavailable,
              "upstream_cut",
              "the upstream's answer is not proper HTTP/1.1: " + std::string(why),
              true,
              0,
              {}};
  return fail(std::move(error));
}

bool has_no_body(int status) { return status == 204 || status == 304; }

// Does a list such as "keep-alive, Upgrade" hold this token?
bool lists(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (base::equals_ignoring_case(base::trim(list.substr(0, comma)), token)) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

Result<ResponseReader::Piece> ResponseReader::next(std::string_view& input) {
  for (;;) {
    if (stage_ == Stage::Complete) return Piece{Kind::End, {}};
    if (stage_ == Stage::Sized || stage_ == Stage::Chunk || stage_ == Stage::UntilClose) return take_body(input);
    std::string_view line;
    const auto whole = take_line(input, line);
    if (!whole) return fail(whole.error());
    if (!*whole) return Piece{};
    auto piece = read_line(line);
    partial_.clear();
    if (!piece || piece->kind != Kind::NeedMore) return piece;
  }
}

// Lines end with LF; a CR before it is dropped, as servers of all ages expect.
Result<bool> ResponseReader::take_line(std::string_view& input, std::string_view& line) {
  const auto end = input.find('\n');
  const std::string_view part = input.substr(0, end);
  line_bytes_ += part.size();
  if (line_bytes_ > kMaxHeadBytes) return not_http("its head is over 65536 bytes");
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  if (end == std::string_view::npos || !partial_.empty()) partial_ += part;
  if (end == std::string_view::npos) return false;
  line = partial_.empty() ? part : std::string_view(partial_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

Result<ResponseReader::Piece> ResponseReader::read_line(std::string_view line) {
  const auto go_on = [](const Result<void>& read) -> Result<Piece> {
    if (!read) return fail(read.error());
    return Piece{};
  };
  switch (stage_) {
    case Stage::StatusLine: return go_on(read_status(line));
    case Stage::Fields: return line.empty() ? end_of_head() : go_on(read_field(line));
    case Stage::ChunkSize: return go_on(read_chunk_size(line));
    case Stage::ChunkEnd:
      if (!line.empty()) return not_http("a chunk is longer than its size says");
      stage_ = Stage::ChunkSize;
      return Piece{};
    default:  // a trailer: nothing here uses them
      if (line.empty()) stage_ = Stage::Complete;
      return Piece{};
  }
}

Result<void> ResponseReader::read_status(std::string_view line) {
  const bool known = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
  if (!known || line.size() < 12) return not_http("its first line is not a status line of HTTP/1");
  const auto parsed = std::from_chars(line.data() + 9, line.data() + 12, status_);
  const bool three_digits = parsed.ec == std::errc() && parsed.ptr == line.data() + 12;
  if (!three_digits || status_ < 100 || (line.size() > 12 && line[12] != ' '))
    return not_http("its status is not a number of three digits");
  keep_alive_ = line[7] == '1';
  stage_ = Stage::Fields;
  return {};
}

Result<void> ResponseReader::read_field(std::string_view line) {
  const auto colon = line.find(':');
  const bool plain = colon != std::string_view::npos && colon > 0 &&
                     line.substr(0, colon).find_first_of(" \t") == std::string_view::npos &&
                     line.find_first_of(std::string_view("\r\0", 2)) == std::string_view::npos;
  if (!plain) return not_http("a header is not \"name: value\" on one line");
  if (headers_.size() >= kMaxHeaders) return not_http("it has over 128 headers");
  std::string name = base::to_lower(line.substr(0, colon));
  const std::string_view value = base::trim(line.substr(colon + 1));
  if (name == "content-length") {
    std::uint64_t length = 0;
    if (!base::parse_uint64(value, length)) return not_http("its Content-Length is not a number");
    if (sized_ && length != left_) return not_http("it has two lengths");
    sized_ = true;
    left_ = length;
  } else if (name == "transfer-encoding") {
    if (chunked_ || !base::equals_ignoring_case(value, "chunked"))
      return not_http("it has a transfer coding besides chunked");
    chunked_ = true;
  } else if (name == "connection") {
    if (lists(value, "close")) keep_alive_ = false;
    if (lists(value, "keep-alive")) keep_alive_ = true;
  }
  headers_.emplace_back(std::move(name), value);
  return {};
}

Result<ResponseReader::Piece> ResponseReader::end_of_head() {
  line_bytes_ = 0;
  if (status_ == 101) return not_http("it changes the protocol, which was not asked for");
  if (status_ < 200) {
    headers_.clear();
    sized_ = chunked_ = false;
    stage_ = Stage::StatusLine;
    return Piece{};
  }
  // Both: the sender and a proxy before it may not mean the same. The answer is read, the connection not used again.
  if (chunked_ && sized_) keep_alive_ = false;
  if (to_head_ || has_no_body(status_)) {
    stage_ = Stage::Complete;
  } else if (chunked_) {
    stage_ = Stage::ChunkSize;
  } else if (sized_) {
    stage_ = left_ == 0 ? Stage::Complete : Stage::Sized;
  } else {
    keep_alive_ = false;
    stage_ = Stage::UntilClose;
  }
  return Piece{Kind::Head, {}};
}

Result<void> ResponseReader::read_chunk_size(std::string_view line) {
  line_bytes_ = 0;
  const std::string_view digits = base::trim(line.substr(0, line.find(';')));
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (digits.empty() || digits.size() > 15 || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size())
    return not_http("a chunk's size is not a hexadecimal number");
  stage_ = left_ == 0 ? Stage::Trailer : Stage::Chunk;
  return {};
}

ResponseReader::Piece ResponseReader::take_body(std::string_view& input) {
  if (input.empty()) return {};
  if (stage_ == Stage::UntilClose) return {Kind::Body, std::exchange(input, {})};
  const std::string_view part = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
  input.remove_prefix(part.size());
  left_ -= part.size();
  if (left_ == 0) stage_ = stage_ == Stage::Chunk ? Stage::ChunkEnd : Stage::Complete;
  return {Kind::Body, part};
}

}  // namespace platos::egress
