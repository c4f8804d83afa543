// Text as words: the only text that the full-text index ever sees, when it is written and when it is asked.
//
// A word is what SQLite's unicode61 tokenizer makes of a run of letters and digits: lower case, without accents. Before
// that, camelCase is split, and every Han or Kana character stands alone. The index gets hashes of them
// (space_seal.hpp), each behind its space's number, so the words of one space are none of another, and a search reads
// nothing of other spaces.
//
// Removing from the index needs the words that were put in: what words() gives must not change without a new schema
// version. Bound to its connection, and used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"

namespace platos::records {

/// What the index keeps of a text: `words` joined by single spaces, each behind the space's number.
std::string indexed_text(std::int64_t space, const std::vector<std::string>& words);

/// The full-text expression for records with any of the words; empty when there are none. Beyond a limit, the first
/// ones count.
std::string any_of(std::int64_t space, const std::vector<std::string>& words);

class WordSplitter {
 public:
  explicit WordSplitter(Connection& connection);

  /// In the order of the content.
  std::vector<std::string> words(std::string_view content);

 private:
  fts5_tokenizer functions_{};
  std::unique_ptr<Fts5Tokenizer, void (*)(Fts5Tokenizer*)> tokenizer_;
};

/// FTS5's door to its extensions. Throws Error when this SQLite has none.
fts5_api& fts5_of(Connection& connection);

}  // namespace platos::records
