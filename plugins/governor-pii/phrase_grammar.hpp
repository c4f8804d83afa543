// Phrases as sequences of words, such as "ignore (all) previous|prior instructions".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rules.hpp"

namespace platos::governor_pii {

/// One word of a phrase. `words` empty: any word.
struct Step {
  std::vector<std::string_view> words;
  bool is_optional = false;

  bool accepts(std::string_view word) const noexcept;
};

/// Matches word by word, in the way of a nondeterministic automaton: a set of steps as bits, so in linear time.
/// Immutable.
class Phrase {
 public:
  using States = std::uint32_t;

  /// `source`: steps parted by spaces. a|b: one of these words. (a|b): the same, or nothing. *3: up to three words.
  /// ":" is a word of its own. At most 30 steps. `source` outlives the phrase.
  Phrase(InjectionPattern pattern, std::string_view source);

  InjectionPattern pattern() const noexcept { return pattern_; }
  const Step& first() const noexcept { return steps_.front(); }

  /// The states behind the first word, which is never optional.
  States after_first() const noexcept { return 2; }
  /// The states after one more word; 0: it is not this phrase.
  States advance(States states, std::string_view word) const noexcept;
  bool is_complete(States states) const noexcept { return (states >> steps_.size() & 1U) != 0; }

 private:
  void add_step(std::string_view source);

  InjectionPattern pattern_;
  std::vector<Step> steps_;
};

/// All phrases of the injection patterns; special_tokens is not one of words.
std::vector<Phrase> make_phrases();

}  // namespace platos::governor_pii
