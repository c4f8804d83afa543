#include "common/base64.hpp"

#include <algorithm>
#include <array>

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

bool Base64Stream::feed(std::string_view text, std::string& out) {
  for (const char letter : text) {
    if (letter == '=') {
      if (++padding_ > 2) return false;
      continue;
    }
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(letter)];
    if (digit == kNoDigit || padding_ > 0) return false;
    ++digits_;
    buffer_ = buffer_ << 6 | digit;
    bits_ += 6;
    if (bits_ < 8) continue;
    bits_ -= 8;
    out += static_cast<char>(buffer_ >> bits_ & 0xFFU);
  }
  return true;
}

bool Base64Stream::is_whole() const noexcept {
  const bool is_padded = padding_ == 0 || (digits_ + padding_) % 4 == 0;
  return is_padded && digits_ % 4 != 1 && (buffer_ & ((1U << bits_) - 1)) == 0;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  Base64Stream stream;
  for (;;) {
    const auto blank = std::min(text.find_first_of(kWhiteSpace), text.size());
    if (!stream.feed(text.substr(0, blank), bytes)) return std::nullopt;
    if (blank == text.size()) break;
    text.remove_prefix(blank + 1);
  }
  if (!stream.is_whole()) return std::nullopt;
  return bytes;
}

}  // namespace platos::plugin_common
