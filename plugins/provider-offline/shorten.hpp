// Fits one block of markdown into a number of bytes. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "markdown_blocks.hpp"
#include "relevance.hpp"

namespace platos::provider_offline {

/// The smallest byte limit that leaves something worth reading.
inline constexpr std::size_t kSmallestExcerptBytes = 60;

/// `text` on at most `byte_limit` (from 4) bytes, cut at a space if there is one and ended with "…" when it was cut.
std::string shorten_text(std::string_view text, std::size_t byte_limit);

/// `block` on at most `byte_limit` (from kSmallestExcerptBytes) bytes: whole if it fits, else the pieces that say most,
/// in order, with "…" where something is left out. Code keeps its first lines and its fences, a table its head; empty
/// when there is no room for these.
std::string shorten_block(const Block& block, const Relevance& relevance, std::size_t byte_limit);

}  // namespace platos::provider_offline
