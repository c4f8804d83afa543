// Cuts a response body into frames, however the bytes arrive.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/exchange.hpp"

namespace platos::egress {

/// Incremental, bound to one exchange. A frame longer than the limit is ResourceExhausted "upstream_frame_too_large".
class Framer {
 public:
  /// Takes one frame; views are borrowed for the call. An error stops the framer and is returned by feed().
  using OnFrame = std::function<Result<void>(std::string_view event, std::string_view data)>;

  virtual ~Framer() = default;
  virtual Result<void> feed(std::string_view bytes, const OnFrame& on_frame) = 0;
  /// The body is complete: hands out what a missing last line end held back.
  virtual Result<void> finish(const OnFrame& on_frame) = 0;
};

/// Server-sent events follow the WHATWG rules: CR, LF and CRLF, comments, several data lines, a leading byte order
/// mark; an event without its empty line is dropped at the end of the body. NDJSON: one frame a non-empty line. Whole:
/// one frame at the end. Raw: chunks as they come.
std::unique_ptr<Framer> make_framer(ports::Framing framing, std::size_t max_frame_bytes);

}  // namespace platos::egress
