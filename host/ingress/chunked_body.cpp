#include "ingress/chunked_body.hpp"

#include <algorithm>
#include <charconv>

#include "ingress/head_parser.hpp"

namespace platos::ingress {
namespace {

constexpr std::size_t kMaxSizeLine = 256 + 8;
constexpr std::size_t kMaxTrailerBytes = 8 * 1024;

tl::unexpected<Error> bad_body(const std::string& what) {
  return fail(ErrorKind::InvalidArgument, "bad_request", "the chunked body is malformed: " + what);
}

}  // namespace

Result<void> ChunkedBody::feed(std::string& input) {
  for (;;) {
    const auto more = step(input);
    if (!more) return fail(more.error());
    if (!*more) return {};
  }
}

Result<bool> ChunkedBody::read_size(std::string& input) {
  const auto end = input.find('\n');
  if (end == std::string::npos) {
    if (input.size() > kMaxSizeLine) return bad_body("the size line is too long");
    return false;
  }
  if (end == 0 || input[end - 1] != '\r' || end > kMaxSizeLine) return bad_body("a size line must end with CR LF");
  const std::string_view line(input.data(), end - 1);
  const std::string_view digits = line.substr(0, line.find(';'));
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (digits.empty() || digits.size() > 8 || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
    return bad_body("a chunk size must be 1 to 8 hexadecimal digits");
  }
  const bool plain = std::all_of(line.begin(), line.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); });
  if (!plain) return bad_body("a chunk extension holds a control character");
  input.erase(0, end + 1);
  if (body_.size() + left_ > max_bytes_) {
    return fail(ErrorKind::TooLarge, "body_too_large",
                "the request body is over " + std::to_string(max_bytes_) + " bytes");
  }
  stage_ = left_ == 0 ? Stage::Trailer : Stage::Data;
  return true;
}

Result<bool> ChunkedBody::step(std::string& input) {
  switch (stage_) {
    case Stage::Size: return read_size(input);
    case Stage::Data: {
      const std::size_t take = std::min<std::size_t>(left_, input.size());
      body_.append(input, 0, take);
      input.erase(0, take);
      left_ -= take;
      if (left_ > 0) return false;
      stage_ = Stage::DataEnd;
      return true;
    }
    case Stage::DataEnd:
      if (input.size() < 2) return false;
      if (input.compare(0, 2, "\r\n") != 0) return bad_body("a chunk must be followed by CR LF");
      input.erase(0, 2);
      stage_ = Stage::Size;
      return true;
    case Stage::Trailer: {
      const auto end = input.find('\n');
      if (end == std::string::npos) {
        if (input.size() > kMaxTrailerBytes) return bad_body("the trailers are too long");
        return false;
      }
      if (end == 0 || input[end - 1] != '\r') return bad_body("a trailer must end with CR LF");
      trailer_bytes_ += end;
      if (trailer_bytes_ > kMaxTrailerBytes) return bad_body("the trailers are too long");
      const bool last = end == 1;
      if (!last) {
        if (auto checked = check_field_line(std::string_view(input).substr(0, end - 1)); !checked)
          return bad_body("a trailer is not one");
      }
      input.erase(0, end + 1);
      if (last) stage_ = Stage::Complete;
      return !last;
    }
    default: return false;
  }
}

}  // namespace platos::ingress
