#include "stop_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "feature_hash.hpp"

namespace platos::local_vectors {
namespace {

// "s", "t", "don" and the like are what is left of "it's" and "don't".
constexpr auto kStopWords = std::to_array<std::string_view>(
    {"a",    "about", "after", "all",  "also",   "am",   "an",   "and",   "any",  "are",  "as",   "at",    "be",
     "been", "but",   "by",    "can",  "could",  "d",    "did",  "do",    "does", "don",  "for",  "from",  "get",
     "had",  "has",   "have",  "he",   "her",    "his",  "how",  "i",     "if",   "in",   "into", "is",    "it",
     "its",  "just",  "ll",    "m",    "me",     "more", "my",   "no",    "not",  "of",   "on",   "or",    "our",
     "out",  "re",    "s",     "she",  "should", "so",   "some", "t",     "than", "that", "the",  "their", "them",
     "then", "there", "these", "they", "this",   "to",   "up",   "us",    "ve",   "was",  "we",   "were",  "what",
     "when", "where", "which", "who",  "why",    "will", "with", "would", "you",  "your"});

constexpr std::uint64_t hash_of(std::string_view word) noexcept {
  std::uint64_t hash = kWordSeed;
  for (const char letter : word) hash = hash_step(hash, static_cast<unsigned char>(letter));
  return hash_end(hash);
}

constexpr auto sorted_hashes() noexcept {
  std::array<std::uint64_t, kStopWords.size()> hashes{};
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = hash_of(kStopWords[i]);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

constexpr auto kHashes = sorted_hashes();

}  // namespace

bool is_stop_word(std::uint64_t word_hash) noexcept {
  return std::binary_search(kHashes.begin(), kHashes.end(), word_hash);
}

}  // namespace platos::local_vectors
