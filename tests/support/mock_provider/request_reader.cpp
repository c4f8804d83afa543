#include "mock_provider/request_reader.hpp"

#include <strings.h>

#include <charconv>

namespace platos::tests::mock {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::size_t> parse_size(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ReadOutcome RequestReader::next(ReceivedRequest& request) {
  ReadOutcome outcome = ReadOutcome::Ready;
  while (outcome == ReadOutcome::Ready && part_ != Part::Complete) outcome = advance();
  buffer_.erase(0, position_);
  position_ = 0;
  if (outcome != ReadOutcome::Ready) return outcome;
  request = std::move(request_);
  request_ = {};
  part_ = Part::Head;
  wants_continue_ = false;
  return ReadOutcome::Ready;
}

bool RequestReader::take_continue() { return std::exchange(wants_continue_, false); }

ReadOutcome RequestReader::advance() {
  switch (part_) {
    case Part::Head: return read_head();
    case Part::SizedBody: return read_sized_body();
    case Part::ChunkSize: return read_chunk_size();
    case Part::ChunkData: return read_chunk_data();
    case Part::Trailer: return read_trailer();
    case Part::Complete:
    case Part::Unspecified: break;
  }
  return ReadOutcome::Ready;
}

ReadOutcome RequestReader::read_head() {
  const auto end = buffer_.find("\r\n\r\n", position_);
  if (end == std::string::npos || end - position_ > kMaxHeadBytes) {
    return buffer_.size() - position_ > kMaxHeadBytes ? bad("request head is too long") : ReadOutcome::NeedMore;
  }
  const std::string_view line = *take_line();
  const auto first_space = line.find(' ');
  const auto last_space = line.rfind(' ');
  if (first_space == std::string_view::npos || first_space == last_space) return bad("malformed request line");
  if (line.substr(last_space + 1) != "HTTP/1.1") return bad("only HTTP/1.1 is spoken here");
  request_.method = line.substr(0, first_space);
  request_.path = line.substr(first_space + 1, last_space - first_space - 1);
  while (position_ < end + 2) {
    if (!add_header(*take_line())) return bad("malformed header line");
  }
  position_ = end + 4;
  return apply_headers();
}

bool RequestReader::add_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line.front() == ' ') return false;
  request_.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  return true;
}

ReadOutcome RequestReader::apply_headers() {
  keep_alive_ = !same_word(request_.header("Connection"), "close");
  wants_continue_ = same_word(request_.header("Expect"), "100-continue");
  if (const auto coding = request_.header("Transfer-Encoding"); !coding.empty()) {
    if (!same_word(coding, "chunked")) return bad("unknown Transfer-Encoding");
    part_ = Part::ChunkSize;
    return ReadOutcome::Ready;
  }
  const auto length_text = request_.header("Content-Length");
  const auto length = length_text.empty() ? std::optional<std::size_t>(0) : parse_size(length_text, 10);
  if (!length) return bad("malformed Content-Length");
  if (*length > kMaxBodyBytes) return bad("request body is too long");
  wanted_bytes_ = *length;
  part_ = Part::SizedBody;
  return ReadOutcome::Ready;
}

ReadOutcome RequestReader::read_sized_body() {
  if (buffer_.size() - position_ < wanted_bytes_) return ReadOutcome::NeedMore;
  request_.body.assign(buffer_, position_, wanted_bytes_);
  position_ += wanted_bytes_;
  part_ = Part::Complete;
  return ReadOutcome::Ready;
}

ReadOutcome RequestReader::read_chunk_size() {
  const auto line = take_line();
  if (!line) return buffer_.size() - position_ > kMaxHeadBytes ? bad("malformed chunk") : ReadOutcome::NeedMore;
  const auto size = parse_size(trim(line->substr(0, line->find(';'))), 16);
  if (!size) return bad("malformed chunk size");
  if (*size > kMaxBodyBytes - request_.body.size()) return bad("request body is too long");
  wanted_bytes_ = *size;
  part_ = *size == 0 ? Part::Trailer : Part::ChunkData;
  return ReadOutcome::Ready;
}

ReadOutcome RequestReader::read_chunk_data() {
  if (buffer_.size() - position_ < wanted_bytes_ + 2) return ReadOutcome::NeedMore;
  request_.body.append(buffer_, position_, wanted_bytes_);
  position_ += wanted_bytes_;
  if (buffer_.compare(position_, 2, "\r\n") != 0) return bad("chunk is longer than its size");
  position_ += 2;
  part_ = Part::ChunkSize;
  return ReadOutcome::Ready;
}

ReadOutcome RequestReader::read_trailer() {
  const auto line = take_line();
  if (!line) return buffer_.size() - position_ > kMaxHeadBytes ? bad("malformed trailer") : ReadOutcome::NeedMore;
  if (line->empty()) part_ = Part::Complete;
  return ReadOutcome::Ready;
}

ReadOutcome RequestReader::bad(std::string problem) {
  problem_ = std::move(problem);
  return ReadOutcome::Bad;
}

std::optional<std::string_view> RequestReader::take_line() {
  const auto end = buffer_.find("\r\n", position_);
  if (end == std::string::npos) return std::nullopt;
  const auto line = std::string_view(buffer_).substr(position_, end - position_);
  position_ = end + 2;
  return line;
}

}  // namespace platos::tests::mock
