// Text as words that can be compared: what full-text search keeps of a text and looks for in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platos::base {

/// Reads one word after the other. A word is a run of letters and digits of any script, in lower case; Latin, Greek and
/// Cyrillic letters lose their accents (except й). Characters of scripts that write no spaces (Han, Kana, Hangul, Thai
/// and their neighbours) are words of their own. At most 64 bytes of a word count. Bytes that are no UTF-8 separate
/// words.
///
/// An index keeps what this gave: a change to it needs a migration that builds the index anew. Borrows the text.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}

  /// False at the end of the text.
  bool next();
  const std::string& word() const { return word_; }
  /// Where it stands in the text, in bytes.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }

 private:
  void append(char32_t letter, char32_t given);
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  char32_t last_ = 0;
  bool full_ = false;
  std::string word_;
};

}  // namespace platos::base
