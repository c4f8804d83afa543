// The answer to one HTTP/1.1 request, read as its bytes arrive. No I/O. Internal to egress.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace platos::egress {

/// Pulls pieces out of what the caller feeds. Interim answers (1xx) and trailers are passed over. An answer that two
/// readers could take for two different ones is an error: a folded header, two lengths, a coding besides chunked.
class ResponseReader {
 public:
  static constexpr std::size_t kMaxHeadBytes = 64 * 1024;
  static constexpr std::size_t kMaxHeaders = 128;

  struct Piece {
    enum class Kind { Unspecified, NeedMore, Head, Body, End };
    Kind kind = Kind::NeedMore;
    std::string_view body;  ///< a view into the input
  };
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// `to_head`: the request's method was HEAD, so no body follows.
  explicit ResponseReader(bool to_head) : to_head_(to_head) {}

  /// Takes the next piece from the front of `input`. Call until NeedMore or End. Unavailable "upstream_cut".
  Result<Piece> next(std::string_view& input);
  /// The connection was closed: true when that is how this answer ends.
  bool ends_with_connection() const { return stage_ == Stage::UntilClose || stage_ == Stage::Complete; }

  int status() const { return status_; }
  /// Lower-case names, in order. May be moved out once the head was handed out.
  Headers& headers() { return headers_; }
  bool complete() const { return stage_ == Stage::Complete; }
  /// After the end: may another request use the connection?
  bool keeps_connection() const { return keep_alive_; }

 private:
  enum class Stage {
    Unspecified,
    StatusLine,
    Fields,
    Sized,
    ChunkSize,
    Chunk,
    ChunkEnd,
    Trailer,
    UntilClose,
    Complete
  };

  Result<bool> take_line(std::string_view& input, std::string_view& line);
  Result<Piece> read_line(std::string_view line);
  Result<void> read_status(std::string_view line);
  Result<void> read_field(std::string_view line);
  Result<Piece> end_of_head();
  Result<void> read_chunk_size(std::string_view line);
  Piece take_body(std::string_view& input);

  bool to_head_;
  Stage stage_ = Stage::StatusLine;
  std::string partial_;  // the beginning of a line whose end has not come yet
  std::size_t line_bytes_ = 0;
  Headers headers_;
  int status_ = 0;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool sized_ = false;
  std::uint64_t left_ = 0;
};

}  // namespace platos::egress
