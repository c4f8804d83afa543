// Text as words: the only text that the full-text index ever sees, when it is written and when it is asked.
//
// A word is what SQLite's unicode61 tokenizer makes of a run of letters and digits: lower case, without accents. Before
// that, camelCase is split, and every Han or Kana character stands alone. Each word begins with its space's number, so
// the words of one space are none of another, and a search reads nothing of other spaces.
//
// Removing from the index needs the words that were put in: what text() gives must not change without a new schema
// version. Bound to its connection, and used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connection.hpp"

namespace platos::memory_sqlite {

struct Words {
  std::string text;  ///< joined by single spaces, in the order of the content
  std::int64_t count = 0;
};

class WordSplitter {
 public:
  explicit WordSplitter(Connection& connection);

  Words text(std::int64_t space, std::string_view content);

  /// The full-text expression for records with any word of `query`; empty when there is none. Nothing in the query has
  /// a meaning of its own: operators, quotes and stars are only words, or nothing.
  std::string any_of(std::int64_t space, std::string_view query);

 private:
  fts5_tokenizer functions_{};
  std::unique_ptr<Fts5Tokenizer, void (*)(Fts5Tokenizer*)> tokenizer_;
};

/// FTS5's door to its extensions. Throws Error when this SQLite has none.
fts5_api& fts5_of(Connection& connection);

}  // namespace platos::memory_sqlite
