// The hash that places features in a vector. Its values are part of every stored vector: it never changes. Arithmetic
// on 64-bit numbers only, so every machine and compiler gives the same. Pure functions; any thread.
#pragma once

#include <cstdint>

namespace platos::local_vectors {

/// Where hashing begins; one for each kind of feature, so that the word "cat" and a piece "cat" differ.
constexpr std::uint64_t kWordSeed = 0xCBF29CE484222325U;
constexpr std::uint64_t kPieceSeed = 0x84222325CBF29CE4U;

/// Adds one character: FNV-1a, with a character where it has a byte.
constexpr std::uint64_t hash_step(std::uint64_t hash, char32_t character) noexcept {
  return (hash ^ character) * 0x100000001B3U;
}

/// Spreads every bit over all others: the finalizer of splitmix64.
constexpr std::uint64_t hash_end(std::uint64_t hash) noexcept {
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9U;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBU;
  return hash ^ (hash >> 31);
}

}  // namespace platos::local_vectors
