// Words of a sentence as a reader sees them: lower case, with look-alike letters and digits in their plain form.
#pragma once

#include <array>
#include <string_view>

#include "folding.hpp"

namespace platos::governor_pii {

/// The lower-case letter that a character looks like; kNone when it looks like none. Digits as in "1gn0re" count.
char32_t letter_like(char32_t code) noexcept;

/// The same for ASCII.
constexpr char32_t ascii_letter_like(char32_t code) noexcept {
  if (is_letter(code)) return to_lower(code);
  constexpr std::string_view kDigits = "0134578@$";
  constexpr std::string_view kLetters = "oieastbas";
  const std::size_t at = kDigits.find(static_cast<char>(code));
  return at == kDigits.npos ? kNone : static_cast<unsigned char>(kLetters[at]);
}

/// Reads words from a cursor.
class WordReader {
 public:
  static constexpr std::size_t kMostLetters = 20;

  explicit WordReader(Cursor cursor) noexcept : cursor_(cursor) {}

  /// The next word, ":" for a colon, or empty: the sentence ends, or something parts the words for good, such as a word
  /// of more than kMostLetters, which no phrase has.
  std::string_view next() noexcept;

  /// Behind the last word.
  std::size_t end() const noexcept { return end_; }
  bool starved() const noexcept { return cursor_.starved(); }

 private:
  bool skip_between_words() noexcept;

  Cursor cursor_;
  std::size_t end_ = 0;
  std::array<char, kMostLetters> word_{};
};

}  // namespace platos::governor_pii
