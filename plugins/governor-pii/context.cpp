#include "context.hpp"

#include <algorithm>

namespace platos::governor_pii {
namespace {

constexpr std::size_t kBeforeBytes = 48;
constexpr std::size_t kBehindBytes = 32;
constexpr std::size_t kShortWordBytes = 5;

char32_t ascii(char byte) noexcept { return static_cast<unsigned char>(byte); }

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char left, char right) { return to_lower(ascii(left)) == ascii(right); });
}

/// Whether the word at [at, at + size) is not a part of a longer one.
bool stands_alone(std::string_view text, std::size_t at, std::size_t size) noexcept {
  const bool begins_inside =
      at > 0 && is_letter(ascii(text[at - 1])) && !(is_upper(ascii(text[at])) && !is_upper(ascii(text[at - 1])));
  const bool ends_inside = at + size < text.size() && is_letter(ascii(text[at + size])) &&
                           !(is_upper(ascii(text[at + size])) && !is_upper(ascii(text[at + size - 1])));
  return !begins_inside && !ends_inside;
}

bool holds(std::string_view text, std::string_view word) noexcept {
  for (std::size_t at = 0; at + word.size() <= text.size(); ++at) {
    if (!equals_ignoring_case(text.substr(at, word.size()), word)) continue;
    if (word.size() > kShortWordBytes || stands_alone(text, at, word.size())) return true;
  }
  return false;
}

bool holds_any(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return holds(text, word); });
}

}  // namespace

bool stands_before(std::string_view bytes, std::size_t begin, std::initializer_list<std::string_view> words) noexcept {
  const std::size_t size = std::min(begin, kBeforeBytes);
  return holds_any(bytes.substr(begin - size, size), words);
}

Nearby stands_near(const Text& text, std::size_t begin, std::size_t end,
                   std::initializer_list<std::string_view> words) noexcept {
  if (stands_before(text.bytes, begin, words)) return Nearby::Yes;
  const std::string_view behind = text.bytes.substr(end, kBehindBytes);
  const std::size_t line_end = behind.find('\n');
  if (line_end == std::string_view::npos && behind.size() < kBehindBytes && !text.complete) return Nearby::Undecided;
  return holds_any(behind.substr(0, line_end), words) ? Nearby::Yes : Nearby::No;
}

}  // namespace platos::governor_pii
