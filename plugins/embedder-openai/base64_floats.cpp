#include "base64_floats.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace platos::embedder_openai {
namespace {

static_assert(sizeof(float) == 4 && std::numeric_limits<float>::is_iec559);

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr auto make_digits() noexcept {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}

constexpr auto kDigits = make_digits();

}  // namespace

bool append_base64_floats(std::string_view text, std::vector<float>& out) {
  if (text.size() % 4 == 0) {
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  }
  if (text.size() * 6 / 8 % sizeof(float) != 0 || text.size() % 4 == 1) return false;
  // Bits wait in `buffer`, the oldest on top; a float's bytes come lowest first.
  std::uint32_t buffer = 0, word = 0;
  unsigned bits = 0, bytes = 0;
  for (const char letter : text) {
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(letter)];
    if (digit == kNoDigit) return false;
    buffer = buffer << 6 | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    word |= (buffer >> bits & 0xFFU) << (8 * bytes);
    if (++bytes < sizeof(float)) continue;
    out.push_back(std::bit_cast<float>(word));
    word = bytes = 0;
  }
  return true;
}

}  // namespace platos::embedder_openai
