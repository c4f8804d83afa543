#include "agent/search.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "agent/snippet.hpp"
#include "agent/word_hashes.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/message_index.hpp"

namespace platos::agent {
namespace {

constexpr std::int64_t kMaxWeighed = 1000;
constexpr std::int64_t kShelvesAtOnce = 4;
constexpr std::size_t kMaxAskedWords =
    16;  // the index is asked for so many; each text that is shown has the others too
constexpr std::int64_t kSampleDocuments = 256;
constexpr std::int64_t kMaxCounted = 512;  // of a shelf: a word that more have is common
// How many entries of the index a search may read: once there is a page of results, and at all.
constexpr std::int64_t kEnoughPostings = 100'000;
constexpr std::int64_t kMaxPostings = 1'000'000;

struct Weighed {
  store::SearchDocument document;
  double score = 0;
};

/// One search, in one snapshot of the store.
class Finder {
 public:
  Finder(store::Session& session, const model::Principal& who, const SearchQuery& query)
      : session_(session), index_(session), who_(who), query_(query), words_(count_words(query.text).words) {
    agent_id_ = who.agent_id.empty() ? query.agent_id : who.agent_id;
    asked_.assign(words_.begin(),
                  words_.begin() + static_cast<std::ptrdiff_t>(std::min(words_.size(), kMaxAskedWords)));
  }

  SearchPage page() {
    SearchPage page;
    const auto user = index_.user(who_.scope, who_.user_id);
    if (words_.empty() || !user || user->documents == 0) return page;
    std::vector<Weighed> hits = weighed(*user);
    page.total = static_cast<std::int64_t>(hits.size());
    for (const auto& hit : hits) {
      if (static_cast<std::int64_t>(page.results.size()) == query_.limit) break;
      if (!show(hit, page)) --page.total;
    }
    return page;
  }

 private:
  using Hashes = std::vector<std::string>;

  const Hashes& hashes_on(std::int64_t shelf) {
    const auto known = hashes_.find(shelf);
    if (known != hashes_.end()) return known->second;
    return hashes_.emplace(shelf, hashes_on_shelf(session_, who_.scope, who_.user_id, shelf, asked_)).first->second;
  }

  store::MessageIndex::Words looked_for(std::int64_t shelf) {
    auto words = hashes_on(shelf);
    if (!agent_id_.empty()) {
      const std::vector<std::string> of_agent = {word_of_agent(agent_id_)};
      words.push_back(hashes_on_shelf(session_, who_.scope, who_.user_id, shelf, of_agent).front());
    }
    return words;
  }

  /// How many documents of a shelf have each word, as far as one can tell from the newest that has some.
  void sample(const store::SearchUser& user) {
    std::int64_t shelf = (user.documents - 1) / kDocumentsPerShelf;
    if (shelf > 0 && user.documents - shelf * kDocumentsPerShelf < kSampleDocuments) --shelf;
    sampled_ = std::min(user.documents - shelf * kDocumentsPerShelf, kDocumentsPerShelf);
    for (const auto& hash : hashes_on(shelf)) counts_.push_back(index_.count(who_.scope, hash, kMaxCounted));
  }

  std::int64_t postings_of_shelf() const {
    std::int64_t sum = 0;
    for (const std::int64_t count : counts_) sum += count < kMaxCounted ? count : kDocumentsPerShelf;
    return sum;
  }

  /// The newest documents with all words.
  std::vector<store::SearchDocument> matches(const store::SearchUser& user) {
    std::vector<store::SearchDocument> found;
    std::int64_t at_once = 1;
    std::int64_t postings = 0;
    for (std::int64_t shelf = (user.documents - 1) / kDocumentsPerShelf; shelf >= 0;) {
      const auto all = static_cast<std::int64_t>(found.size());
      const bool enough = all >= query_.limit && postings >= kEnoughPostings;
      if (all >= kMaxWeighed || enough || postings >= kMaxPostings) break;
      std::vector<store::MessageIndex::Words> any;
      for (std::int64_t i = 0; i < at_once && shelf >= 0; ++i, --shelf) any.push_back(looked_for(shelf));
      postings += static_cast<std::int64_t>(any.size()) * postings_of_shelf();
      auto more = index_.find(who_.scope, who_.user_id, any, kMaxWeighed - all);
      std::move(more.begin(), more.end(), std::back_inserter(found));
      at_once = std::min(at_once * 2, kShelvesAtOnce);
    }
    return found;
  }

  bool is_wanted(const store::SearchDocument& document) const {
    using Archived = store::ThreadFilter::Archived;
    if (!agent_id_.empty() && document.agent_id != agent_id_) return false;
    if (query_.archived == Archived::Included) return true;
    return document.archived == (query_.archived == Archived::Only);
  }

  /// How much a word says: little if many messages have it.
  std::vector<double> weights() const {
    std::vector<double> weights(asked_.size(), 1.0);
    const auto all = static_cast<double>(sampled_);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const double with = std::min(static_cast<double>(counts_[i]), all);
      weights[i] = std::log(1 + (all - with + 0.5) / (with + 0.5));
    }
    return weights;
  }

  double score(const store::SearchDocument& document, const std::vector<double>& weights, double average_length) {
    constexpr double kSaturation = 1.2;
    constexpr double kLengthMatters = 0.75;
    const double length = static_cast<double>(document.length) / std::max(average_length, 1.0);
    const Hashes& hashes = hashes_on(document.number / kDocumentsPerShelf);
    double sum = 0;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      const auto times = static_cast<double>(count_in(document.repeated, hashes[i]));
      sum += weights[i] * times * (kSaturation + 1) /
             (times + kSaturation * (1 - kLengthMatters + kLengthMatters * length));
    }
    return sum;
  }

  /// Best first; of equals the newer first.
  std::vector<Weighed> weighed(const store::SearchUser& user) {
    if (asked_.size() > 1) sample(user);
    auto found = matches(user);
    found.erase(std::remove_if(found.begin(), found.end(), [&](const auto& each) { return !is_wanted(each); }),
                found.end());
    std::vector<Weighed> hits;
    if (found.empty()) return hits;
    const auto word_weights = weights();
    const double average = static_cast<double>(user.words) / static_cast<double>(user.documents);
    for (auto& document : found) {
      const double value = score(document, word_weights, average);
      hits.push_back({std::move(document), value});
    }
    std::stable_sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    return hits;
  }

  /// The place of a thread among those of the page; nullopt when it is not the principal's.
  std::optional<std::size_t> place_of(const std::string& thread_id, SearchPage& page) {
    const auto known = places_.find(thread_id);
    if (known != places_.end()) return known->second;
    auto thread = store::Conversations(session_).find_thread(who_.scope, who_.user_id, thread_id);
    std::optional<std::size_t> place;
    if (thread && !who_.is_kept_from(thread->agent_id)) {
      place = page.threads.size();
      page.threads.push_back(std::move(*thread));
    }
    places_.emplace(thread_id, place);
    return place;
  }

  /// False when the message is not what the index has any more.
  bool show(const Weighed& hit, SearchPage& page) {
    const auto& document = hit.document;
    const auto message = index_.text_of(who_.scope, document.message_id);
    if (!message) return false;
    auto snippet = make_snippet(message->content, words_);
    if (!snippet) return false;
    const auto thread = place_of(document.thread_id, page);
    if (!thread) return false;
    page.results.push_back(
        {*thread, document.message_id, message->role, std::move(*snippet), hit.score, document.created_us});
    return true;
  }

  store::Session& session_;
  store::MessageIndex index_;
  const model::Principal& who_;
  const SearchQuery& query_;
  std::vector<std::string> words_;
  std::vector<std::string> asked_;
  std::string agent_id_;
  std::int64_t sampled_ = 0;          // documents
  std::vector<std::int64_t> counts_;  // of asked_ among them; none for a single word
  std::map<std::int64_t, Hashes> hashes_;
  std::map<std::string, std::optional<std::size_t>> places_;
};

}  // namespace

Task<Result<SearchPage>> Search::find(base::Loop& loop, model::Principal who, SearchQuery query) {
  if (base::trim(query.text).empty()) co_return fail(model::invalid_field("q", "words to look for", "an empty text"));
  if (query.text.size() > kMaxQueryBytes)
    co_return fail(model::invalid_field("q", "at most 512 bytes", std::to_string(query.text.size())));
  const auto read = database_.read(
      loop, [who, query](store::Session& session) -> Result<SearchPage> { return Finder(session, who, query).page(); });
  co_return co_await read;
}

}  // namespace platos::agent
