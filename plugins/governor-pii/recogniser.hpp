// What finds matches in a text that may still grow. Implementations are immutable, so any thread may use them.
#pragma once

#include <algorithm>

#include "folding.hpp"
#include "rules.hpp"

namespace platos::governor_pii {

enum class Outcome : std::uint8_t {
  Unspecified,
  Nothing,  ///< none up to the end of what is known
  Match,    ///< one, and no later text changes it
  Pause     ///< more text decides whether there is one
};

/// What one place in the text is, as far as one rule is concerned. Grows to the longest of several.
struct Attempt {
  Outcome outcome = Outcome::Nothing;
  std::size_t begin = 0;
  std::size_t end = 0;
  Rule rule;

  static Attempt nothing() noexcept { return {}; }
  static Attempt pause(std::size_t at) noexcept { return {Outcome::Pause, at, at, {}}; }
  static Attempt match(std::size_t begin, std::size_t end, Rule rule) noexcept {
    return {Outcome::Match, begin, end, rule};
  }

  /// Undecided beats all, then the longer match, then what was there before.
  void merge(const Attempt& other) noexcept {
    if (outcome == Outcome::Pause || other.outcome == Outcome::Nothing) return;
    const bool is_longer = other.outcome == Outcome::Match && other.end - other.begin > end - begin;
    if (outcome == Outcome::Nothing || other.outcome == Outcome::Pause || is_longer) *this = other;
  }
};

class Recogniser {
 public:
  virtual ~Recogniser() = default;

  /// The first place at or after `from` that is a match or undecided. Decisions are final: Match and Nothing are what
  /// would be answered with any text appended. Looks at most kLookBackBytes before a place and kReachBytes behind it.
  virtual Attempt find(const Text& text, std::size_t from) const = 0;
};

}  // namespace platos::governor_pii
