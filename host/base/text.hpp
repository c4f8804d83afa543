// Small questions about text: UTF-8, splitting, closeness of names, hex, digests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::base {

bool is_valid_utf8(std::string_view text);

/// The longest prefix of at most `max_bytes` that does not end inside a character. `text` must be UTF-8.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes);

/// Printable ASCII as it is, anything else as '?'; after `max_bytes` cut, with "...". For texts that quote foreign
/// input.
std::string printable(std::string_view text, std::size_t max_bytes = 120);

/// Replaces every `secret` in `text` by "[redacted]".
void redact(std::string& text, std::string_view secret);

/// The password of "scheme://user:password@host/...", as it stands there; empty when there is none.
std::string_view password_of(std::string_view url);
/// The same URL with "***" for its password: for whatever is shown.
std::string without_password(std::string_view url);

std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
/// ASCII only.
bool equals_ignoring_case(std::string_view left, std::string_view right);
std::vector<std::string_view> split(std::string_view text, char separator);

/// Decimal digits only, no sign; false when it is anything else or does not fit.
bool parse_uint64(std::string_view text, std::uint64_t& out);

/// The candidate nearest to `word` by edit distance, or empty when none is near enough to be meant.
std::string closest(std::string_view word, const std::vector<std::string>& candidates);

std::string to_hex(std::string_view bytes);
/// Nullopt when it is not an even number of hex digits.
std::optional<std::string> from_hex(std::string_view digits);
/// Without padding, as in JSON Web Tokens.
std::string to_base64url(std::string_view bytes);
/// Nullopt when it is not what to_base64url() writes.
std::optional<std::string> from_base64url(std::string_view text);
/// Overwrites a text that was secret, in a way that no compiler leaves out.
void wipe(std::string& text);
/// Lower-case hex.
std::string sha256_hex(std::string_view bytes);
/// True when equal; takes the same time wherever they differ.
bool equals_in_constant_time(std::string_view left, std::string_view right);
/// `bytes` random bytes as lower-case hex.
std::string random_hex(std::size_t bytes);

}  // namespace platos::base
