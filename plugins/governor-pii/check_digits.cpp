#include "check_digits.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace platos::governor_pii {
namespace {

unsigned digit_value(char digit) noexcept { return static_cast<unsigned>(digit - '0'); }

/// Issuer identification numbers from `first` to `last`, which have `width` digits.
struct Issuer {
  std::uint32_t first, last;
  std::size_t width;
  std::uint32_t lengths;  ///< bit n: cards of n digits exist
};

constexpr std::uint32_t lengths(std::size_t from, std::size_t to) {
  std::uint32_t bits = 0;
  for (std::size_t n = from; n <= to; ++n) bits |= 1U << n;
  return bits;
}

constexpr Issuer kIssuers[] = {
    {4, 4, 1, 1U << 13 | 1U << 16 | 1U << 19},  // Visa
    {51, 55, 2, lengths(16, 16)},               // Mastercard
    {2221, 2720, 4, lengths(16, 16)},
    {34, 34, 2, lengths(15, 15)},  // American Express
    {37, 37, 2, lengths(15, 15)},
    {300, 305, 3, lengths(14, 16)},  // Diners Club
    {3095, 3095, 4, lengths(14, 16)},
    {36, 36, 2, lengths(14, 19)},
    {38, 39, 2, lengths(14, 19)},
    {6011, 6011, 4, lengths(16, 19)},  // Discover
    {644, 649, 3, lengths(16, 19)},
    {65, 65, 2, lengths(16, 19)},
    {3528, 3589, 4, lengths(16, 19)},  // JCB
    {62, 62, 2, lengths(16, 19)},      // UnionPay
    {5018, 5018, 4, lengths(13, 19)},  // Maestro
    {5020, 5020, 4, lengths(13, 19)},
    {5038, 5038, 4, lengths(13, 19)},
    {5893, 5893, 4, lengths(13, 19)},
    {6304, 6304, 4, lengths(13, 19)},
    {6759, 6763, 4, lengths(13, 19)},
    {2200, 2204, 4, lengths(16, 19)},  // Mir
    {508, 508, 3, lengths(16, 16)},    // RuPay
    {606, 608, 3, lengths(16, 16)},
    {8172, 8172, 4, lengths(16, 16)},
};

bool is_issued_by(const Issuer& issuer, std::string_view digits) noexcept {
  if ((issuer.lengths >> digits.size() & 1U) == 0) return false;
  std::uint32_t prefix = 0;
  for (std::size_t i = 0; i < issuer.width; ++i) prefix = prefix * 10 + digit_value(digits[i]);
  return prefix >= issuer.first && prefix <= issuer.last;
}

/// Multiplication in the dihedral group D5, and the powers of Verhoeff's permutation.
constexpr std::uint8_t kProduct[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                           {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                           {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                           {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                           {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
constexpr std::uint8_t kPermutation[8][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
                                              {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
                                              {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
                                              {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};

/// Country and length, five characters each, sorted; from the SWIFT registry.
constexpr std::string_view kIbanLengths =
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
    "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
    "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
    "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
    "YE30 ";

}  // namespace

bool passes_luhn(std::string_view digits) noexcept {
  unsigned sum = 0;
  bool doubled = false;
  for (std::size_t i = digits.size(); i-- > 0; doubled = !doubled) {
    const unsigned value = digit_value(digits[i]) << (doubled ? 1 : 0);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

bool passes_verhoeff(std::string_view digits) noexcept {
  std::size_t check = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    check = kProduct[check][kPermutation[i % 8][digit_value(digits[digits.size() - 1 - i])]];
  }
  return check == 0;
}

bool is_card_number(std::string_view digits) noexcept {
  if (digits.size() < 13 || digits.size() > 19) return false;
  const bool is_issued = std::any_of(std::begin(kIssuers), std::end(kIssuers),
                                     [&](const Issuer& issuer) { return is_issued_by(issuer, digits); });
  return is_issued && passes_luhn(digits);
}

std::size_t iban_length(char first, char second) noexcept {
  for (std::size_t i = 0; i < kIbanLengths.size(); i += 5) {
    if (kIbanLengths[i] == first && kIbanLengths[i + 1] == second) {
      return digit_value(kIbanLengths[i + 2]) * 10 + digit_value(kIbanLengths[i + 3]);
    }
  }
  return 0;
}

bool is_iban(std::string_view characters) noexcept {
  if (characters.size() < 15 || characters.size() != iban_length(characters[0], characters[1])) return false;
  unsigned remainder = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char character = characters[(i + 4) % characters.size()];
    if (character >= '0' && character <= '9') {
      remainder = (remainder * 10 + digit_value(character)) % 97;
    } else {
      remainder = (remainder * 100 + static_cast<unsigned>(character - 'A') + 10) % 97;
    }
  }
  return remainder == 1;
}

}  // namespace platos::governor_pii
