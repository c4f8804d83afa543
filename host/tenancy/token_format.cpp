#include "tenancy/token_format.hpp"

#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace platos::tenancy {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kRandomCharacters = 40;
constexpr std::size_t kChecksumCharacters = 6;
constexpr std::size_t kHexBytes = 24;
constexpr std::size_t kShownCharacters = 16;

// CRC-32 as in zlib and PNG (ISO 3309).
std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

std::string checksum(std::string_view text) {
  std::uint32_t rest = crc32(text);
  std::string digits(kChecksumCharacters, kDigits.front());
  for (std::size_t i = digits.size(); i-- > 0; rest /= 62) digits[i] = kDigits[rest % 62];
  return digits;
}

}  // namespace

std::string make_personal_token() {
  std::string token(kPersonalPrefix);
  while (token.size() < kPersonalPrefix.size() + kRandomCharacters) {
    // 62 does not divide 256: bytes above the largest multiple are thrown away.
    const auto byte = static_cast<unsigned char>(base::from_hex(base::random_hex(1))->front());
    if (byte < 248) token += kDigits[byte % 62];
  }
  return token + checksum(token);
}

bool is_personal_token(std::string_view text) {
  if (text.size() != kPersonalPrefix.size() + kRandomCharacters + kChecksumCharacters) return false;
  if (!text.starts_with(kPersonalPrefix)) return false;
  const auto body = text.substr(0, text.size() - kChecksumCharacters);
  return text.substr(body.size()) == checksum(body);
}

std::string make_access_key() { return std::string(kAccessKeyPrefix) + base::random_hex(kHexBytes); }
std::string make_entity_secret() { return std::string(kEntitySecretPrefix) + base::random_hex(kHexBytes); }
std::string shown_prefix(std::string_view key) { return std::string(key.substr(0, kShownCharacters)); }

}  // namespace platos::tenancy
