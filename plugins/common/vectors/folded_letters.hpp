// What becomes of a character before words are compared: lower case, without accents. Pure function; any thread.
#pragma once

namespace platos::local_vectors {

enum class LetterKind {
  Unspecified,
  Separator,  ///< white space, punctuation, most symbols
  Nothing,    ///< as if it were not there: combining accents, joiners, soft hyphens
  Letter,     ///< letters and digits of scripts that write words
  Ideograph   ///< Han, kana, Hangul, emoji: one character means something, and no space says where words end
};

struct FoldedLetter {
  LetterKind kind = LetterKind::Unspecified;
  char32_t first = 0;
  char32_t second = 0;  ///< of the letters that become two, such as the German sharp s; else 0
};

/// Folds Latin, Greek and Cyrillic; other scripts are only sorted into kinds. Composed and decomposed spellings of a
/// Latin letter give the same. The tables are fixed, whatever the locale.
FoldedLetter fold(char32_t character) noexcept;

}  // namespace platos::local_vectors
