// Check digits of the numbers that people give away. Digits are ASCII. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace platos::governor_pii {

/// The last digit is right by Luhn's formula (ISO/IEC 7812-1).
bool passes_luhn(std::string_view digits) noexcept;

/// The last digit is right by Verhoeff's scheme, which Aadhaar uses.
bool passes_verhoeff(std::string_view digits) noexcept;

/// A payment card: an issuer's prefix, a length that this issuer uses, and Luhn.
bool is_card_number(std::string_view digits) noexcept;

/// An IBAN in capitals without separators: its country's length, and 1 modulo 97.
bool is_iban(std::string_view characters) noexcept;

/// Length of the IBANs of a country, such as "DE"; 0 when it has none.
std::size_t iban_length(char first, char second) noexcept;

}  // namespace platos::governor_pii
