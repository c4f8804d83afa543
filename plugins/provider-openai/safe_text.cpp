#include "safe_text.hpp"

#include <algorithm>

namespace platos::provider_openai {
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

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

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

}  // namespace platos::provider_openai
