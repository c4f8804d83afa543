// Cuts the bytes of one keep-alive connection into HTTP/1.1 answers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace platos::bench {

/// Reads one answer at a time, with Content-Length or chunked; nothing else is understood. Bound to one thread.
class AnswerReader {
 public:
  enum class State {
    Unspecified,
    More,   ///< the answer is not complete
    Done,   ///< complete: call next() before the next answer
    Broken  ///< not HTTP/1.1 as servers under test speak it, or bytes behind the answer
  };

  /// Hands the pieces of the body to `on_body(std::string_view)`, borrowed, without the framing of the transfer.
  template <typename OnBody>
  State feed(std::string_view bytes, OnBody on_body) {
    while (!bytes.empty() && state_ == State::More) {
      if (part_ == Part::Sized || part_ == Part::ChunkData) {
        const std::string_view piece =
            bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        on_body(piece);
        bytes.remove_prefix(piece.size());
        left_ -= piece.size();
        if (left_ == 0) end_of_data();
      } else {
        take_line(bytes);
      }
    }
    if (!bytes.empty()) state_ = State::Broken;
    return state_;
  }

  void next() { *this = AnswerReader(); }

  bool began() const { return part_ != Part::StatusLine || !line_.empty(); }
  int status() const { return status_; }
  bool closes() const { return closes_; }  ///< the server will not take another request on this connection

 private:
  enum class Part { Unspecified, StatusLine, Header, Sized, ChunkSize, ChunkData, ChunkEnd, Trailer };

  void take_line(std::string_view& bytes);
  void on_line(std::string_view line);
  void on_header(std::string_view line);
  void on_chunk_size(std::string_view line);
  void end_of_head();
  void end_of_data();

  State state_ = State::More;
  Part part_ = Part::StatusLine;
  std::string line_;  // what has come of the current line
  int status_ = 0;
  bool closes_ = false;
  bool chunked_ = false;
  bool sized_ = false;
  std::uint64_t left_ = 0;  // of a sized body or a chunk
};

}  // namespace platos::bench
