// Bytes that call themselves UTF-8, made so, and made short. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platos::plugin_common {

/// UTF-8 of at most `max_bytes` (at least 3). Each ill-formed part (the maximal subparts of the Unicode standard:
/// overlong forms, surrogates, cut sequences, stray bytes) becomes U+FFFD; a text that is too long is cut between two
/// characters and ends with "…".
std::string clean_text(std::string_view bytes, std::size_t max_bytes);

}  // namespace platos::plugin_common
