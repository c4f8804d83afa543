// English words that say little about a subject. Pure function; any thread.
#pragma once

#include <cstdint>

namespace platos::local_vectors {

/// `word_hash`: of the folded word from kWordSeed, after hash_end().
bool is_stop_word(std::uint64_t word_hash) noexcept;

}  // namespace platos::local_vectors
