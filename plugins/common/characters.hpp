// Counting and cutting UTF-8 by characters (code points). Pure functions; any thread. Invalid bytes never fail: a byte
// that continues nothing is part of the character before it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace platos::plugin_common {

inline constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";

inline bool starts_character(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

inline std::size_t character_count(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

/// The longest beginning of `text` of at most `byte_limit` bytes that ends between two characters.
inline std::string_view whole_characters(std::string_view text, std::size_t byte_limit) noexcept {
  if (text.size() <= byte_limit) return text;
  while (byte_limit > 0 && !starts_character(text[byte_limit])) --byte_limit;
  return text.substr(0, byte_limit);
}

/// The first `count` characters of `text`.
inline std::string_view first_characters(std::string_view text, std::size_t count) noexcept {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (!starts_character(text[end])) continue;
    if (count == 0) break;
    --count;
  }
  return text.substr(0, end);
}

/// `text` without white space at both ends.
inline std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

}  // namespace platos::plugin_common
