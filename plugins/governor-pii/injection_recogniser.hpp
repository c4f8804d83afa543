// Finds attempts to take over a model by text. Case, look-alike letters, invisible characters, and white space of any
// kind between words make no difference. English only.
#pragma once

#include <array>
#include <bitset>
#include <vector>

#include "phrase_grammar.hpp"
#include "recogniser.hpp"
#include "words.hpp"

namespace platos::governor_pii {

class InjectionRecogniser final : public Recogniser {
 public:
  InjectionRecogniser();

  Attempt find(const Text& text, std::size_t from) const override;

 private:
  Attempt match_phrases(const Text& text, std::size_t at) const noexcept;
  Attempt match_phrase(const Phrase& phrase, WordReader behind_first_word, const Text& text,
                       std::size_t at) const noexcept;

  /// Passes over words that begin no phrase, as nearly all do.
  bool may_begin_phrase(std::string_view bytes, std::size_t at) const noexcept;

  std::vector<Phrase> phrases_;
  std::bitset<4096> first_words_;                              ///< by hash
  std::bitset<4096> first_prefixes_;                           ///< the beginnings of those words, by hash
  std::array<std::vector<std::uint8_t>, 26> by_first_letter_;  ///< indexes of phrases
};

}  // namespace platos::governor_pii
