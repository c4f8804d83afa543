// Text to vector: hashed words and character n-grams. See README.md for the recipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "folded_runs.hpp"

namespace platos::local_vectors {

/// Makes vectors one after the other, with buffers that it keeps. Not thread-safe; make one for each embedding.
///
/// A vector depends on the text and on the number of dimensions only. All sums are of integers; the only rounding is in
/// one square root, one division and one conversion to float for each value, which IEEE 754 defines to the last bit.
class TextVectors {
 public:
  /// Changes whenever a vector changes, since stored vectors are compared with new ones.
  static constexpr std::string_view kModel = "local-ngrams-1";
  static constexpr std::size_t kMaxTextBytes = 32 * 1024;

  explicit TextVectors(std::size_t dimensions) : sums_(dimensions), values_(dimensions) {}

  /// A vector of length 1. Text without a letter, digit, ideograph or emoji gives (1, 0, 0 ...). `text` has at most
  /// kMaxTextBytes. Borrowed until the next call.
  std::span<const float> vector_of(std::string_view text);

 private:
  struct Word {
    std::uint64_t hash;
    std::uint32_t run;
  };

  void collect_words();
  void add_word(const Word& word, std::size_t occurrences);
  void add_pieces(std::u32string_view letters, std::size_t shortest, std::size_t longest, std::int32_t weight);
  void add_feature(std::uint64_t hash, std::int32_t weight) noexcept;
  void normalise();

  FoldedText text_;
  std::vector<Word> words_;
  std::vector<std::int32_t> sums_;
  std::vector<float> values_;
};

}  // namespace platos::local_vectors
