#include "agent/word_hashes.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"
#include "base/words.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxDistinctWords = 4096;
// A hash is what all of its shelf begin with, and what only this word has: so the words of a shelf stand side by side
// in a tree of hashes, and what is written at a time is few pages of it.
constexpr std::size_t kShelfDigits = 6;
constexpr std::size_t kWordDigits = 12;
constexpr std::size_t kHashDigits = 8;
constexpr std::size_t kDigits = kHashDigits + 2;
constexpr std::int64_t kMaxCount = 255;

}  // namespace

WordCounts count_words(std::string_view text) {
  WordCounts result;
  std::unordered_map<std::string, std::size_t> places;
  for (base::WordReader reader(text); reader.next(); ++result.length) {
    const auto known = places.find(reader.word());
    if (known != places.end()) {
      ++result.counts[known->second];
    } else if (result.words.size() < kMaxDistinctWords) {
      places.emplace(reader.word(), result.words.size());
      result.words.push_back(reader.word());
      result.counts.push_back(1);
    }
  }
  return result;
}

std::vector<std::string> hashes_on_shelf(store::Session& session, const model::Scope& scope, const std::string& user_id,
                                         std::int64_t shelf, const std::vector<std::string>& words) {
  const std::string label = "messages.content/" + std::to_string(shelf) + '/' + user_id;
  std::vector<std::string> all = words;
  all.emplace_back();  // no text has an empty word
  auto hashes = session.hash_words(scope, label, all);
  const std::string beginning = hashes.back().substr(0, kShelfDigits);
  hashes.pop_back();
  for (auto& hash : hashes) hash = beginning + hash.substr(0, kWordDigits);
  return hashes;
}

std::string word_of_agent(const std::string& agent_id) { return "agent:" + agent_id; }

std::string encode_repeated(const std::vector<std::string>& hashes, const std::vector<std::int64_t>& counts) {
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 2) continue;
    const char count = static_cast<char>(std::min(counts[i], kMaxCount));
    text += hashes[i].substr(kShelfDigits, kHashDigits) + base::to_hex({&count, 1});
  }
  return text;
}

std::int64_t count_in(std::string_view repeated, std::string_view hash) {
  if (hash.size() < kShelfDigits) return 1;
  for (; repeated.size() >= kDigits; repeated.remove_prefix(kDigits)) {
    if (repeated.substr(0, kHashDigits) != hash.substr(kShelfDigits, kHashDigits)) continue;
    const auto count = base::from_hex(repeated.substr(kHashDigits, kDigits - kHashDigits));
    return count ? static_cast<unsigned char>(count->front()) : 1;
  }
  return 1;
}

}  // namespace platos::agent
