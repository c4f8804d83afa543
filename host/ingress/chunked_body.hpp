// A request body in chunks, as bytes arrive.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace platos::ingress {

/// Strict: CR LF only, hexadecimal sizes of at most 8 digits, no extensions of over 256 bytes, no trailers that matter.
class ChunkedBody {
 public:
  explicit ChunkedBody(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Takes what it can from the front of `input` and removes it. InvalidArgument "bad_request"; TooLarge
  /// "body_too_large".
  Result<void> feed(std::string& input);
  bool complete() const { return stage_ == Stage::Complete; }
  std::string take() { return std::move(body_); }

 private:
  enum class Stage { Unspecified, Size, Data, DataEnd, Trailer, Complete };
  Result<bool> step(std::string& input);
  Result<bool> read_size(std::string& input);

  std::size_t max_bytes_;
  Stage stage_ = Stage::Size;
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::string body_;
};

}  // namespace platos::ingress
