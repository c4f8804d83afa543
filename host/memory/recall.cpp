#include "memory/recall.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::memory {
namespace {

constexpr std::size_t kBytesPerToken = 4;
constexpr std::size_t kMaxQueryBytes = 2000;
constexpr std::string_view kHeading = "What you remember about this user:";

// A hit by words has no cosine.
double rank(const Hit& hit) {
  const double nearness = hit.cosine >= -1 ? hit.cosine : hit.score;
  return nearness * (1 + hit.memory.confidence.value_or(0) * 0.25);
}

// A memory is one line, and cannot close the element that it stands in.
std::string line_of(const Memory& memory) {
  std::string line = "- (" + memory.kind + ") ";
  for (const char c : memory.content) {
    if (c == '\n' || c == '\r') {
      line += ' ';
    } else if (c == '<') {
      line += "&lt;";
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace

Task<std::string> recall_block(Memories& memories, ports::CallContext who, std::string message, RecallOptions options,
                               base::CancelToken cancel) {
  if (memories.known_empty(who)) co_return std::string();
  Search search;
  search.query = std::string(base::cut_utf8(message, kMaxQueryBytes));
  search.limit = options.limit;
  search.min_score = options.min_score;
  search.words_too = false;
  auto hits = co_await memories.search(std::move(who), std::move(search), std::move(cancel));
  if (!hits) co_return std::string();
  std::erase_if(*hits, [](const Hit& hit) { return hit.memory.flagged; });
  std::stable_sort(hits->begin(), hits->end(),
                   [](const Hit& left, const Hit& right) { return rank(left) > rank(right); });
  std::string block;
  for (const auto& hit : *hits) {
    const std::string line = line_of(hit.memory);
    if (block.size() + line.size() + kHeading.size() > options.budget_tokens * kBytesPerToken) continue;
    if (block.empty()) block = kHeading;
    block += '\n';
    block += line;
  }
  co_return block;
}

}  // namespace platos::memory
