#include "common/provider/safe_text.hpp"

#include <algorithm>

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
  constexpr std::string_view kStart = "sk-";
  constexpr std::size_t kShortestSecret = 8;
  std::string shown;
  while (true) {
    const std::size_t start = text.find(kStart);
    shown += text.substr(0, start);
    if (start == std::string_view::npos) return shown;
    const std::size_t secret = start + kStart.size();
    std::size_t end = secret;
    while (end < text.size() && is_name_letter(text[end])) ++end;
    const bool is_word = start == 0 || !is_name_letter(text[start - 1]);
    const bool is_key = is_word && end - secret >= kShortestSecret;
    shown += is_key ? std::string_view("sk-***") : text.substr(start, end - start);
    text.remove_prefix(end);
  }
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
