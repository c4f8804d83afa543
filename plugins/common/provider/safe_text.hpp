// Bytes of a stranger, made fit for an error message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platos::provider_common {

/// At most `max_bytes` of `bytes`, every byte that is not printable ASCII shown as '?'. "..." marks a cut.
std::string printable(std::string_view bytes, std::size_t max_bytes);

/// At most `max_characters` of `text`, which must be UTF-8; control characters become spaces. "..." marks a cut.
std::string one_line(std::string_view text, std::size_t max_characters);

/// `text` with every word that looks like a vendor's key ("sk-" or "AIza" and eight or more letters, digits, '-' or
/// '_') shown as "sk-***" or "AIza***". Some vendors repeat in their refusal the key that they refuse.
std::string without_keys(std::string_view text);

/// `text` in double quotes.
std::string in_quotes(std::string_view text);

/// An ASCII letter, a digit, '_' or '-': what vendors allow in names.
bool is_name_letter(char letter) noexcept;

/// ASCII comparison without case, as header names want it.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// `text` without spaces, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text) noexcept;

}  // namespace platos::provider_common
