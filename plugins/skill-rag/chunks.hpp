// Cutting a text into pieces that overlap. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace platos::skill_rag {

struct Chunk {
  std::string text;
  std::size_t repeated_bytes = 0;  ///< at its begin, from the chunk before
};

/// Sentences and lines, as many as fit `size` characters; each chunk but the first begins with about the last `overlap`
/// characters of the one before, from the begin of a word. A sentence that is longer is cut. `overlap` is less than
/// `size`. `text` is UTF-8; blank text gives none. The parts that are not repeated, joined, are the text.
std::vector<Chunk> cut_chunks(std::string_view text, std::size_t size, std::size_t overlap);

}  // namespace platos::skill_rag
