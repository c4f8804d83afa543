#include "common/provider/safe_text.hpp"

#include <algorithm>
#include <array>

namespace platos::provider_common {
namespace {

bool is_control(char byte) noexcept {
  const auto code = static_cast<unsigned char>(byte);
  return code < 0x20 || code == 0x7f;
}

bool continues_character(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// What a vendor's keys begin with, when `word` does.
std::string_view key_start(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 2> kStarts = {"sk-", "AIza"};
  for (const std::string_view start : kStarts) {
    if (word.starts_with(start)) return start;
  }
  return {};
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t max_bytes) {
  std::string text(bytes.substr(0, max_bytes));
  std::replace_if(
      text.begin(), text.end(), [](char byte) { return is_control(byte) || static_cast<unsigned char>(byte) > 0x7e; },
      '?');
  if (bytes.size() > max_bytes) text += "...";
  return text;
}

std::string one_line(std::string_view text, std::size_t max_characters) {
  std::string line;
  std::size_t characters = 0;
  for (const char byte : text) {
    if (!continues_character(byte) && characters++ == max_characters) return line + "...";
    line += is_control(byte) ? ' ' : byte;
  }
  return line;
}

std::string without_keys(std::string_view text) {
  constexpr std::size_t kShortestSecret = 8;
  std::string shown;
  while (!text.empty()) {
    const std::size_t word_size =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name_letter) - text.begin());
    const std::string_view word = text.substr(0, word_size);
    const std::string_view start = key_start(word);
    const bool is_key = !start.empty() && word.size() - start.size() >= kShortestSecret;
    shown += is_key ? start : word;
    if (is_key) shown += "***";
    if (word_size < text.size()) shown += text[word_size];
    text.remove_prefix(std::min(word_size + 1, text.size()));
  }
  return shown;
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

bool is_name_letter(char letter) noexcept {
  return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
         letter == '_' || letter == '-';
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace platos::provider_common
