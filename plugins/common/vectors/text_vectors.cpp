#include "text_vectors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "feature_hash.hpp"
#include "stop_words.hpp"

namespace platos::local_vectors {
namespace {

// Weights are integers, in units of 1 / kOne. A feature's weight is that of its word's occurrences times its own, so it
// is at most occurrences * kOne * kOne. A text of kMaxTextBytes has fewer than 2^17 features when each occurrence is
// counted: three pieces a letter, and one feature a word. The sum of all weights is therefore below 2^29, no sum of
// them leaves 32 bits, and the sum of their squares stays below 2^58, even if all features share one dimension.
constexpr std::int32_t kOne = 64;
constexpr std::int32_t kStopWordWeight = kOne / 10;

constexpr std::size_t kShortestPiece = 3;
constexpr std::size_t kLongestPiece = 5;
constexpr std::size_t kLongestIdeographicPiece = 2;

// Marks where a word begins and ends, so that "port" is another piece in "port" than in "important".
constexpr char32_t kBoundary = U' ';

/// kOne * (1 + ln(occurrences)), the logarithm being exact at powers of two and linear between them.
std::int32_t weight_of_occurrences(std::size_t occurrences) noexcept {
  const auto whole = static_cast<std::size_t>(std::bit_width(occurrences)) - 1;
  const std::size_t log2 = whole * 64 + ((occurrences * 64) >> whole) - 64;
  constexpr std::size_t kLn2In256ths = 177;
  return kOne + static_cast<std::int32_t>(log2 * kLn2In256ths / 256);
}

constexpr std::size_t piece_count(std::size_t letters) noexcept {
  std::size_t count = 0;
  for (std::size_t size = kShortestPiece; size <= kLongestPiece && size <= letters; ++size) count += letters - size + 1;
  return count;
}

/// By the number of letters, boundaries included: kOne / (number of pieces)^(1/4), rounded down. Long words, which are
/// rare ones, count more than short ones, but not as much as their many pieces would make them.
constexpr auto make_piece_weights() noexcept {
  constexpr std::uint64_t kLimit = std::uint64_t{kOne} * kOne * kOne * kOne;
  std::array<std::int32_t, kMaxRunLetters + 3> weights{};
  for (std::size_t letters = kShortestPiece; letters < weights.size(); ++letters) {
    std::uint64_t weight = kOne;
    while (weight * weight * weight * weight * piece_count(letters) > kLimit) --weight;
    weights[letters] = static_cast<std::int32_t>(weight);
  }
  return weights;
}

constexpr auto kPieceWeights = make_piece_weights();

}  // namespace

std::span<const float> TextVectors::vector_of(std::string_view text) {
  fold_text(text, text_);
  collect_words();
  std::fill(sums_.begin(), sums_.end(), 0);
  for (auto word = words_.begin(); word != words_.end();) {
    const auto end = std::find_if(word, words_.end(), [&](const Word& other) { return other.hash != word->hash; });
    add_word(*word, static_cast<std::size_t>(end - word));
    word = end;
  }
  normalise();
  return values_;
}

// Equal words stand side by side afterwards. The order does not show in the sums.
void TextVectors::collect_words() {
  words_.clear();
  for (std::uint32_t i = 0; i < text_.runs.size(); ++i) {
    const Run& run = text_.runs[i];
    std::uint64_t hash = kWordSeed;
    for (std::uint32_t at = run.begin; at < run.begin + run.size; ++at) hash = hash_step(hash, text_.letters[at]);
    words_.push_back({hash_end(hash), i});
  }
  std::sort(words_.begin(), words_.end(), [](const Word& left, const Word& right) { return left.hash < right.hash; });
}

void TextVectors::add_word(const Word& word, std::size_t occurrences) {
  const Run& run = text_.runs[word.run];
  const std::u32string_view letters = std::u32string_view(text_.letters).substr(run.begin, run.size);
  const std::int32_t weight = weight_of_occurrences(occurrences);
  if (run.is_ideographic) return add_pieces(letters, 1, kLongestIdeographicPiece, weight * kOne);
  if (is_stop_word(word.hash)) return add_feature(word.hash, weight * kStopWordWeight);
  add_feature(word.hash, weight * kOne);
  std::array<char32_t, kMaxRunLetters + 2> bounded;
  bounded[0] = kBoundary;
  std::copy(letters.begin(), letters.end(), bounded.begin() + 1);
  bounded[letters.size() + 1] = kBoundary;
  const std::size_t size = letters.size() + 2;
  add_pieces({bounded.data(), size}, kShortestPiece, kLongestPiece, weight * kPieceWeights[size]);
}

void TextVectors::add_pieces(std::u32string_view letters, std::size_t shortest, std::size_t longest,
                             std::int32_t weight) {
  for (std::size_t begin = 0; begin + shortest <= letters.size(); ++begin) {
    std::uint64_t hash = kPieceSeed;
    const std::size_t end = std::min(begin + longest, letters.size());
    for (std::size_t at = begin; at < end; ++at) {
      hash = hash_step(hash, letters[at]);
      if (at + 1 - begin >= shortest) add_feature(hash_end(hash), weight);
    }
  }
}

void TextVectors::add_feature(std::uint64_t hash, std::int32_t weight) noexcept {
  const std::uint64_t place = ((hash >> 32) * sums_.size()) >> 32;
  const auto sign = static_cast<std::int32_t>(hash & 1U) * 2 - 1;  // a branch would be taken at random
  sums_[place] += sign * weight;
}

void TextVectors::normalise() {
  std::uint64_t squares = 0;
  for (const std::int32_t sum : sums_) squares += static_cast<std::uint64_t>(std::int64_t{sum} * sum);
  if (squares == 0) {  // no features, or features that cancel each other out
    std::fill(values_.begin(), values_.end(), 0.0F);
    values_[0] = 1.0F;
    return;
  }
  const double length = std::sqrt(static_cast<double>(squares));
  std::transform(sums_.begin(), sums_.end(), values_.begin(),
                 [length](std::int32_t sum) { return static_cast<float>(sum / length); });
}

}  // namespace platos::local_vectors
