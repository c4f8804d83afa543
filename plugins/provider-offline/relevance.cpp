#include "relevance.hpp"

#include <algorithm>
#include <cmath>

#include "skill-docs/words.hpp"

namespace platos::provider_offline {
namespace {

constexpr double kInflectedMatch = 0.6;
constexpr std::size_t kShortestStem = 4;
constexpr std::size_t kLongestEnding = 4;
constexpr double kLongPassageWords = 60;

double match(std::string_view a, std::string_view b) {
  if (a == b) return 1;
  if (a.size() > b.size()) std::swap(a, b);
  const bool is_inflected = a.size() >= kShortestStem && b.size() - a.size() <= kLongestEnding && b.starts_with(a);
  return is_inflected ? kInflectedMatch : 0;
}

double best_match(std::string_view word, const std::vector<std::string>& words) {
  double best = 0;
  for (const std::string& candidate : words) best = std::max(best, match(word, candidate));
  return best;
}

}  // namespace

Relevance::Relevance(std::string_view question, std::span<const std::string_view> passages) {
  for (const std::string& word : skill_docs::words_of(question)) {
    const bool is_known = std::any_of(terms_.begin(), terms_.end(), [&](const Term& t) { return t.word == word; });
    if (!is_known) terms_.push_back({word, 0});
  }
  std::vector<double> holding(terms_.size(), 0.5);
  for (const std::string_view passage : passages) {
    const std::vector<std::string> words = skill_docs::words_of(passage);
    for (std::size_t i = 0; i < terms_.size(); ++i) holding[i] += best_match(terms_[i].word, words);
  }
  const double total = static_cast<double>(passages.size()) + 1;
  for (std::size_t i = 0; i < terms_.size(); ++i) terms_[i].weight = std::log(1 + total / holding[i]);
}

double Relevance::of(std::string_view passage) const {
  const std::vector<std::string> words = skill_docs::words_of(passage);
  double sum = 0;
  for (const Term& term : terms_) sum += term.weight * best_match(term.word, words);
  return sum / std::sqrt(1 + static_cast<double>(words.size()) / kLongPassageWords);
}

}  // namespace platos::provider_offline
