#include "common/base64.hpp"

#include <array>
#include <cstdint>

#include "common/characters.hpp"

namespace platos::plugin_common {
namespace {

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr auto make_digits() noexcept {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return digits;
}

constexpr auto kDigits = make_digits();

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char letter : text) {
    if (kWhiteSpace.find(letter) != std::string_view::npos) continue;
    if (letter == '=') {
      ++padding;
      continue;
    }
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(letter)];
    if (digit == kNoDigit || padding > 0) return std::nullopt;
    ++digits;
    buffer = buffer << 6 | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(buffer >> bits & 0xFFU);
  }
  const bool padded = padding == 0 || (padding <= 2 && (digits + padding) % 4 == 0);
  const bool whole = digits % 4 != 1 && (buffer & ((1U << bits) - 1)) == 0;
  if (!padded || !whole) return std::nullopt;
  return bytes;
}

}  // namespace platos::plugin_common
