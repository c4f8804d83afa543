#include "folding.hpp"

namespace platos::governor_pii {
namespace {

struct Decoded {
  char32_t code;
  std::size_t bytes;
};

Decoded decode(std::string_view bytes, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
  if (length == 1 || lead > 0xF4 || bytes.size() - at < length) return {0xFFFD, 1};
  char32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (starts_character(bytes[at + i])) return {0xFFFD, 1};
    code = (code << 6) | (byte(at + i) & 0x3FU);
  }
  return {code, length};
}

bool is_invisible(char32_t code) noexcept {
  return code == 0xAD || code == 0x34F || code == 0x61C || code == 0x180E || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x2069) ||
         (code >= 0xFE00 && code <= 0xFE0F) || code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);
}

/// Decimal digits of Arabic, Persian, and the Indian scripts from Devanagari to Malayalam, each ten in a row.
char32_t fold_digit(char32_t code) noexcept {
  if (code >= 0x660 && code <= 0x669) return U'0' + (code - 0x660);
  if (code >= 0x6F0 && code <= 0x6F9) return U'0' + (code - 0x6F0);
  if (code >= 0x966 && code <= 0xD6F && (code & 0x7F) >= 0x66 && (code & 0x7F) <= 0x6F) {
    return U'0' + ((code & 0x7F) - 0x66);
  }
  return code;
}

char32_t fold_code(char32_t code) noexcept {
  if (is_invisible(code)) return kInvisible;
  if (code < 0x600) return code == 0xA0 ? U' ' : code;
  if (code < 0x2000) return fold_digit(code);
  if (code <= 0x200A || code == 0x202F || code == 0x205F || code == 0x3000 || code == 0x2028 || code == 0x2029) {
    return U' ';
  }
  if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xFE58 || code == 0xFE63) return U'-';
  if (code >= 0xFF01 && code <= 0xFF5E) return code - 0xFEE0;
  return code;
}

}  // namespace

Folded fold_wide(std::string_view bytes, std::size_t at) noexcept {
  const Decoded decoded = decode(bytes, at);
  return {fold_code(decoded.code), decoded.bytes};
}

char32_t character_before(std::string_view bytes, std::size_t at, std::size_t& begin) noexcept {
  constexpr int kMostInvisible = 2;  // few, so that twenty steps stay within kLookBackBytes
  begin = at;
  for (int skipped = 0; begin > 0; ++skipped) {
    std::size_t start = begin - 1;
    for (int i = 0; i < 3 && start > 0 && !starts_character(bytes[start]); ++i) --start;
    Folded folded = fold(bytes, start);
    if (start + folded.bytes != begin) {
      start = begin - 1;
      folded = {0xFFFD, 1};
    }
    begin = start;
    if (folded.code != kInvisible || skipped == kMostInvisible) return folded.code;
  }
  return kNone;
}

}  // namespace platos::governor_pii
