// Cards, social security numbers, telephone numbers, Aadhaar and IPv4 addresses. Pure; any thread.
#pragma once

#include "recogniser.hpp"

namespace platos::governor_pii {

/// The longest of them that begins at `at`, where a digit, '+' or '(' is.
Attempt match_number(const Text& text, std::size_t at) noexcept;

}  // namespace platos::governor_pii
