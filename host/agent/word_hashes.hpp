// Words of messages as the full-text index keeps them: the same for what is written and for what is asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::agent {

/// The messages of a user stand on shelves, this many on each. A word has another hash on each shelf: so a search reads
/// shelf by shelf, newest first, and no list of a common word is longer than a shelf. A change of it, or of what is
/// hashed, needs a migration that builds the index anew.
inline constexpr std::int64_t kDocumentsPerShelf = 4096;

/// The distinct words of a text, and how often each occurs. Beyond 4,096 of them the rest is not counted.
struct WordCounts {
  std::vector<std::string> words;
  std::vector<std::int64_t> counts;
  std::int64_t length = 0;  ///< of the text, in words
};
WordCounts count_words(std::string_view text);

/// What a shelf of the user has instead of these words.
std::vector<std::string> hashes_on_shelf(store::Session& session, const model::Scope& scope, const std::string& user_id,
                                         std::int64_t shelf, const std::vector<std::string>& words);

/// What every document of the agent has among its words. No text has it.
std::string word_of_agent(const std::string& agent_id);

/// Which words a document has more than once: eight digits of the hash and two of the count, in hex, for each.
std::string encode_repeated(const std::vector<std::string>& hashes, const std::vector<std::int64_t>& counts);
/// How often a document has a word that it does have.
std::int64_t count_in(std::string_view repeated, std::string_view hash);

}  // namespace platos::agent
