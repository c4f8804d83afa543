// Bytes and texts in the 7 bits of a mail. Pure functions. Internal to egress.
#pragma once

#include <string>
#include <string_view>

namespace platos::egress {

/// With padding, in one line.
std::string base64(std::string_view bytes);

/// In lines of 76 bytes, each with CRLF (RFC 2045, 6.8).
std::string base64_lines(std::string_view bytes);

/// UTF-8 text with any line ends, as quoted-printable lines of at most 76 bytes with CRLF (RFC 2045, 6.7). Never holds
/// "=_", which boundaries begin with.
std::string quoted_printable(std::string_view text);

/// A header's text: as it is when short and plain ASCII, else as encoded words of base64 (RFC 2047), folded. `text` is
/// one line of UTF-8.
std::string header_text(std::string_view text);

/// `; name="value"`, or `; name*=UTF-8''...` in pieces (RFC 2231) when the value is not short and plain.
std::string parameter(std::string_view name, std::string_view value);

}  // namespace platos::egress
