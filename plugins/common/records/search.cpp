#include "search.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace platos::records {
namespace {

using Match = std::pair<double, std::int64_t>;

/// The usual constant of reciprocal rank fusion: how much less the second rank counts than the first.
constexpr double kRankOffset = 60;
constexpr std::size_t kPollRecords = 256;

void add_ranks(const std::vector<Hit>& list, std::map<std::int64_t, Hit>& fused) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    Hit& hit = fused.try_emplace(list[i].record, Hit{list[i].record, list[i].id, 0, list[i].cosine}).first->second;
    hit.score += 1 / (kRankOffset + static_cast<double>(i + 1));
  }
}

}  // namespace

std::vector<Hit> Search::by_words(std::string_view text, std::size_t limit) {
  std::vector<Match> matches = tables_.match(space_, text);
  stop_.check();
  std::sort(matches.begin(), matches.end(), std::greater<>());
  std::vector<Hit> out;
  for (auto begin = matches.begin(); begin != matches.end() && out.size() < limit;) {
    const double score = begin->first;
    const auto end = std::find_if(begin, matches.end(), [&](const Match& match) { return match.first != score; });
    add_tied({begin, end}, limit, out);
    begin = end;
  }
  return out;
}

void Search::add_tied(const std::vector<Match>& tied, std::size_t limit, std::vector<Hit>& out) {
  std::vector<Hit> wanted;
  for (std::size_t i = 0; i < tied.size(); ++i) {
    if (i % kPollRecords == 0) stop_.check();
    const auto& [score, record] = tied[i];
    tables_.visit_head(space_, record, [&, known_score = score](const RecordHead& head) {
      if (!meets(head, filter_)) return;
      wanted.push_back({head.record, std::string(head.id), known_score, sdk::MemorySink::kNoCosine});
    });
  }
  std::sort(wanted.begin(), wanted.end(), [](const Hit& left, const Hit& right) { return left.id < right.id; });
  for (auto at = wanted.begin(); at != wanted.end() && out.size() < limit; ++at) out.push_back(std::move(*at));
}

std::vector<Hit> Search::by_vector(std::span<const float> vector, double min_cosine, std::size_t limit,
                                   const VectorIndex* index) {
  VectorQuestion question{vector, limit, min_cosine, {}};
  if (!filter_.matches_all()) {
    question.accept = [this](std::int64_t record) {
      bool wanted = false;
      tables_.visit_head(space_, record, [&](const RecordHead& head) { wanted = meets(head, filter_); });
      return wanted;
    };
  }
  std::vector<Hit> out;
  for (VectorHit& hit : index == nullptr ? scan(question) : index->search(question, stop_)) {
    out.push_back({hit.row, std::move(hit.id), hit.cosine, hit.cosine});
  }
  return out;
}

std::vector<VectorHit> Search::scan(const VectorQuestion& question) {
  const double length = length_of(question.vector);
  TopHits top(question.limit);
  tables_.for_each_vector(space_, [&](std::int64_t record, std::string_view id, std::span<const float> vector) {
    const double cosine = cosine_of(question.vector, length, vector, length_of(vector));
    if (cosine < question.min_cosine || !top.wants(cosine)) return;
    if (question.accept && !question.accept(record)) return;
    top.add({record, cosine, std::string(id)});
  });
  return top.take();
}

std::vector<Hit> Search::fused(const std::vector<Hit>& words, const std::vector<Hit>& vectors,
                               std::span<const float> vector, std::size_t limit) {
  std::map<std::int64_t, Hit> by_record;
  add_ranks(vectors, by_record);
  add_ranks(words, by_record);
  std::vector<Hit> out;
  for (auto& [record, hit] : by_record) out.push_back(std::move(hit));
  std::sort(out.begin(), out.end(), [](const Hit& left, const Hit& right) {
    return left.score != right.score ? left.score > right.score : left.id < right.id;
  });
  if (out.size() > limit) out.resize(limit);
  for (Hit& hit : out) {
    if (hit.cosine != sdk::MemorySink::kNoCosine) continue;
    const std::vector<float> own = tables_.vector_of(hit.record);
    if (own.size() == vector.size()) hit.cosine = cosine_of(vector, length_of(vector), own, length_of(own));
  }
  return out;
}

}  // namespace platos::records
