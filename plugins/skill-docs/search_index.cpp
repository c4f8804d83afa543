#include "search_index.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "words.hpp"

namespace platos::skill_docs {
namespace {

constexpr double kHelpWeight = 0.4;         // of the sections of "platos help --all"
constexpr double kSaturation = 1.2;         // k1: how fast repeats of a word stop to count
constexpr double kLengthCorrection = 0.75;  // b: how much a long section is marked down
constexpr double kTitleWeight = 3;

}  // namespace

SearchIndex::SearchIndex(std::span<const Section> sections) : sections_(sections), lengths_(sections.size(), 0.0) {
  for (std::size_t i = 0; i < sections.size(); ++i) {
    add(sections[i].title, kTitleWeight, i);
    add(sections[i].text, 1, i);
  }
  if (sections.empty()) return;
  average_length_ = std::accumulate(lengths_.begin(), lengths_.end(), 0.0) / static_cast<double>(lengths_.size());
}

void SearchIndex::add(std::string_view text, double weight, std::size_t section) {
  for (const std::string& word : words_of(text)) {
    std::vector<Posting>& postings = postings_[word];
    if (postings.empty() || postings.back().section != section) postings.push_back({section, 0});
    postings.back().frequency += weight;
    lengths_[section] += weight;
  }
}

void SearchIndex::add_scores(const std::vector<Posting>& postings, std::vector<double>& scores) const {
  const auto total = static_cast<double>(sections_.size());
  const auto holding = static_cast<double>(postings.size());
  const double rarity = std::log(1 + (total - holding + 0.5) / (holding + 0.5));
  for (const Posting& posting : postings) {
    const double relative_length = lengths_[posting.section] / average_length_;
    const double damping = kSaturation * (1 - kLengthCorrection + kLengthCorrection * relative_length);
    scores[posting.section] += rarity * posting.frequency * (kSaturation + 1) / (posting.frequency + damping);
  }
}

std::vector<SearchIndex::Hit> SearchIndex::search(std::string_view query, std::size_t limit) const {
  std::vector<double> scores(sections_.size(), 0.0);
  std::vector<std::string> seen;
  for (const std::string& word : words_of(query)) {
    if (std::find(seen.begin(), seen.end(), word) != seen.end()) continue;
    seen.push_back(word);
    if (const auto found = postings_.find(word); found != postings_.end()) add_scores(found->second, scores);
  }
  std::vector<Hit> hits;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    // Help texts repeat a few words so often that prose about the same thing would come second.
    const double weight = sections_[i].source.starts_with("platos help") ? kHelpWeight : 1.0;
    if (scores[i] > 0) hits.push_back({&sections_[i], scores[i] * weight});
  }
  std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.score > b.score; });
  if (hits.size() > limit) hits.resize(limit);
  return hits;
}

}  // namespace platos::skill_docs
