// E-mail addresses, and ids of letters and digits: IBAN, PAN, US passports, AWS keys. Pure; any thread.
#pragma once

#include "recogniser.hpp"

namespace platos::governor_pii {

/// An address whose local part begins at `at`, a letter or digit.
Attempt match_email(const Text& text, std::size_t at) noexcept;

/// The id that begins with the letter at `at`. The character before is neither letter nor digit.
Attempt match_id(const Text& text, std::size_t at) noexcept;

/// What a local part may hold, letters and digits aside.
inline constexpr bool is_local_mark(char32_t code) noexcept {
  return code == U'.' || code == U'_' || code == U'%' || code == U'+' || code == U'-';
}

inline constexpr std::size_t kMostLocalCharacters = 64;

}  // namespace platos::governor_pii
