// Words around a number that say what it is. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "folding.hpp"

namespace platos::governor_pii {

enum class Nearby : std::uint8_t { Unspecified, No, Yes, Undecided };

/// Whether one of `words` (lower case) stands in the 48 bytes before `begin`. Short ones must stand alone;
/// "customerSsn" counts as two words.
bool stands_before(std::string_view bytes, std::size_t begin, std::initializer_list<std::string_view> words) noexcept;

/// The same, or in the 32 bytes behind `end` on the same line.
Nearby stands_near(const Text& text, std::size_t begin, std::size_t end,
                   std::initializer_list<std::string_view> words) noexcept;

}  // namespace platos::governor_pii
