// Cuts the bytes of one connection into HTTP/1.1 requests. Bound to the server thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mock_provider/mock_provider.hpp"

namespace platos::tests::mock {

enum class ReadOutcome { Unspecified, NeedMore, Ready, Bad };

/// After Bad the connection is of no more use: answer with problem() and close it.
class RequestReader {
 public:
  static constexpr std::size_t kMaxHeadBytes = 64 << 10;
  static constexpr std::size_t kMaxBodyBytes = 64 << 20;

  void append(std::string_view bytes) { buffer_.append(bytes); }
  std::size_t buffered_bytes() const { return buffer_.size(); }

  /// On Ready, `request` is the next complete request.
  ReadOutcome next(ReceivedRequest& request);

  /// True once for a request whose client waits for "100 Continue" before it sends the body.
  bool take_continue();

  /// Whether the client of the last request wants to use the connection again.
  bool keep_alive() const { return keep_alive_; }

  const std::string& problem() const { return problem_; }

 private:
  enum class Part { Unspecified, Head, SizedBody, ChunkSize, ChunkData, Trailer, Complete };

  ReadOutcome advance();
  ReadOutcome read_head();
  ReadOutcome apply_headers();
  ReadOutcome read_sized_body();
  ReadOutcome read_chunk_size();
  ReadOutcome read_chunk_data();
  ReadOutcome read_trailer();
  ReadOutcome bad(std::string problem);
  bool add_header(std::string_view line);
  std::optional<std::string_view> take_line();

  std::string buffer_;
  std::size_t position_ = 0;
  Part part_ = Part::Head;
  std::size_t wanted_bytes_ = 0;
  bool keep_alive_ = true;
  bool wants_continue_ = false;
  ReceivedRequest request_;
  std::string problem_;
};

}  // namespace platos::tests::mock
