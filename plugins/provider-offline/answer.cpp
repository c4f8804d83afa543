#include "answer.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "markdown_blocks.hpp"
#include "relevance.hpp"
#include "shorten.hpp"

namespace platos::provider_offline {
namespace {

constexpr std::size_t kResultLimit = 3;
constexpr std::size_t kFirstExcerptBytes = 600;    // when others follow
constexpr std::size_t kFurtherExcerptBytes = 160;  // at least; less says nothing
constexpr std::size_t kCitedNameBytes = 100;
constexpr double kCloseScore = 0.6;      // of the best result's: below, a result is left out
constexpr double kCloseRelevance = 0.5;  // of the best block's: below, a block is left out
constexpr std::string_view kGap = "\n\n";

// The excerpt of one result while it grows.
class Excerpt {
 public:
  Excerpt(const std::vector<Block>& blocks, const Relevance& relevance, std::size_t byte_limit)
      : blocks_(blocks), relevance_(relevance), room_(byte_limit) {}

  void add_best_blocks() {
    std::vector<double> scores;
    for (const Block& block : blocks_) scores.push_back(relevance_.of(block.text));
    std::vector<std::size_t> order(blocks_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    best_score_ = scores[order.front()];
    add_with_companions(order.front());
    for (const std::size_t i : order) {
      if (scores[i] <= 0 || scores[i] < kCloseRelevance * best_score_) break;
      if (blocks_[i].text.size() + kGap.size() <= room_) add_with_companions(i);
    }
  }

  double best_score() const { return best_score_; }

  std::string text() const {
    std::string joined;
    for (const auto& [index, block] : chosen_) joined.append(joined.empty() ? "" : kGap).append(block);
    return joined;
  }

 private:
  void add(std::size_t i) {
    if (chosen_.count(i) != 0 || room_ < kSmallestExcerptBytes + kGap.size()) return;
    const std::string added = shorten_block(blocks_[i], relevance_, room_ - kGap.size());
    if (added.empty()) return;
    room_ -= added.size() + kGap.size();
    chosen_.emplace(i, added);
  }

  // "Run this:" and the code after it make sense only together.
  bool introduces_next(std::size_t i) const {
    if (i + 1 >= blocks_.size() || blocks_[i].kind != BlockKind::Prose) return false;
    return blocks_[i].text.ends_with(':') || blocks_[i + 1].kind == BlockKind::Code;
  }
  void add_with_companions(std::size_t i) {
    add(i);
    if (introduces_next(i)) add(i + 1);
    if (i > 0 && introduces_next(i - 1)) add(i - 1);
  }

  const std::vector<Block>& blocks_;
  const Relevance& relevance_;
  std::size_t room_;
  double best_score_ = 0;
  std::map<std::size_t, std::string> chosen_;
};

std::string cite(const SearchResult& result) {
  if (result.title.empty() && result.source.empty()) return {};
  const std::string source = shorten_text(result.source, kCitedNameBytes);
  if (result.title.empty()) return "From: " + source;
  return "From: " + shorten_text(result.title, kCitedNameBytes) + (source.empty() ? "" : " (" + source + ")");
}

void append(std::string& answer, const std::string& excerpt, const std::string& citation) {
  const bool same_place = !citation.empty() && answer.ends_with(citation);
  if (same_place) answer.resize(answer.size() - citation.size() - kGap.size());
  answer.append(answer.empty() ? "" : kGap).append(excerpt);
  if (!citation.empty()) answer.append(kGap).append(citation);
}

}  // namespace

std::string compose_answer(std::string_view question, std::span<const SearchResult> results) {
  const auto is_close = [&](const SearchResult& r) { return r.score >= kCloseScore * results.front().score; };
  const auto far = std::find_if_not(results.begin() + 1, results.end(), is_close);
  results = results.first(std::min(kResultLimit, static_cast<std::size_t>(far - results.begin())));

  std::vector<std::vector<Block>> blocks;
  std::vector<std::string_view> passages;
  for (const SearchResult& result : results) {
    blocks.push_back(split_blocks(result.text));
    for (const Block& block : blocks.back()) passages.push_back(block.text);
  }
  const Relevance relevance(question, passages);

  std::string answer;
  double first_score = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string citation = cite(results[i]);
    const std::size_t taken = answer.size() + citation.size() + 2 * kGap.size();
    if (taken + kFurtherExcerptBytes > kAnswerByteLimit) break;
    std::size_t room = kAnswerByteLimit - taken;
    if (i == 0 && results.size() > 1) room = std::min(room, kFirstExcerptBytes);
    Excerpt excerpt(blocks[i], relevance, room);
    excerpt.add_best_blocks();
    if (i == 0) first_score = excerpt.best_score();
    const bool says_little = excerpt.best_score() < kCloseRelevance * first_score || excerpt.best_score() <= 0;
    std::string text = excerpt.text();
    if (i == 0 && text.empty()) text = shorten_text(results[i].text, room);  // an answer is never empty
    if (text.empty() || (i > 0 && (says_little || answer.find(text) != std::string::npos))) continue;
    append(answer, text, citation);
  }
  return answer;
}

}  // namespace platos::provider_offline
