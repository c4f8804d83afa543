#include "load/answer_reader.hpp"

#include <strings.h>
#include <charconv>

namespace platos::bench {
namespace {

constexpr std::size_t kMaxLineBytes = 64 * 1024;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <typename Number>
bool read_number(std::string_view text, Number& number, int base) {
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  return !text.empty() && read.ec == std::errc() && read.ptr == end;
}

}  // namespace

void AnswerReader::take_line(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, end);
  if (line_.size() + piece.size() > kMaxLineBytes) {
    state_ = State::Broken;
    return;
  }
  line_ += piece;
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  if (end == std::string_view::npos) return;
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  on_line(line_);
  line_.clear();
}

void AnswerReader::on_line(std::string_view line) {
  switch (part_) {
    case Part::StatusLine:
      if (!line.starts_with("HTTP/1.1 ") || !read_number(line.substr(9, 3), status_, 10)) state_ = State::Broken;
      part_ = Part::Header;
      return;
    case Part::Header: return line.empty() ? end_of_head() : on_header(line);
    case Part::ChunkSize: return on_chunk_size(line);
    case Part::ChunkEnd:
      if (!line.empty()) state_ = State::Broken;
      part_ = Part::ChunkSize;
      return;
    case Part::Trailer:
      if (line.empty()) state_ = State::Done;
      return;
    default: state_ = State::Broken;
  }
}

void AnswerReader::on_header(std::string_view line) {
  const auto colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (equals_ignoring_case(name, "content-length")) {
    sized_ = true;
    if (!read_number(value, left_, 10)) state_ = State::Broken;
  } else if (equals_ignoring_case(name, "transfer-encoding")) {
    chunked_ = equals_ignoring_case(value, "chunked");
  } else if (equals_ignoring_case(name, "connection")) {
    closes_ = equals_ignoring_case(value, "close");
  }
}

void AnswerReader::end_of_head() {
  const bool bodiless = status_ == 204 || status_ == 304;
  if (chunked_) {
    part_ = Part::ChunkSize;
  } else if (bodiless || (sized_ && left_ == 0)) {
    state_ = State::Done;
  } else if (sized_) {
    part_ = Part::Sized;
  } else {
    state_ = State::Broken;
  }
}

void AnswerReader::on_chunk_size(std::string_view line) {
  if (!read_number(line.substr(0, line.find(';')), left_, 16)) state_ = State::Broken;
  part_ = left_ == 0 ? Part::Trailer : Part::ChunkData;
}

void AnswerReader::end_of_data() {
  if (part_ == Part::ChunkData) {
    part_ = Part::ChunkEnd;
  } else {
    state_ = State::Done;
  }
}

}  // namespace platos::bench
