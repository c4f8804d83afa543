// The head of a request, read strictly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ingress/message.hpp"

namespace platos::ingress {

struct Head {
  Request request;
  bool chunked = false;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool http10 = false;
};

/// `text` is everything up to and including the empty line. Refuses what two servers could read in two ways: bare LF,
/// folded headers, both Content-Length and Transfer-Encoding, several of one, a transfer coding besides chunked,
/// control characters, a space before the colon. InvalidArgument "bad_request" says which; UnsupportedMedia
/// "unsupported_encoding" for a Content-Encoding.
Result<Head> parse_head(std::string_view text);

/// One header or trailer line without its CR LF.
Result<void> check_field_line(std::string_view line);

}  // namespace platos::ingress
