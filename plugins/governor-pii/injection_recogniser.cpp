#include "injection_recogniser.hpp"

#include "template_markers.hpp"

namespace platos::governor_pii {
namespace {

/// Whether the words before turn the phrase into its contrary: "never ignore the safety rules".
bool is_negated(std::string_view bytes, std::size_t at) noexcept {
  std::array<char, 16> before{};
  std::size_t size = before.size();
  while (size > 0) {
    const char32_t code = character_before(bytes, at, at);
    if (code >= 0x80 && code != 0x2019) break;
    before[--size] = code == 0x2019 ? '\'' : static_cast<char>(to_lower(code));
  }
  std::string_view text(before.data() + size, before.size() - size);
  text = text.substr(0, text.find_last_not_of(' ') + 1);
  for (const std::string_view negation : {"never", "do not", "don't", "must not", "should not", "dont", "may not"}) {
    if (text.size() >= negation.size() && text.substr(text.size() - negation.size()) == negation) return true;
  }
  return false;
}

/// Whether a line or sentence begins here, as a forged message would: not in "the operating system: the kernel".
bool begins_sentence(std::string_view bytes, std::size_t at) noexcept {
  constexpr std::string_view kMarks = " \t#*_[]<>|\"'`-";
  constexpr int kMostMarks = 16;
  for (int i = 0; i < kMostMarks; ++i) {
    const char32_t code = character_before(bytes, at, at);
    if (code == kNone || code == U'\n' || code == U'\r') return true;
    if (code >= 0x80 || kMarks.find(static_cast<char>(code)) == kMarks.npos) return !is_alnum(code) && code != U',';
  }
  return true;
}

bool fits_its_place(InjectionPattern pattern, std::string_view bytes, std::size_t at) noexcept {
  if (pattern == InjectionPattern::SystemHijack) return begins_sentence(bytes, at);
  const bool may_be_warned_of =
      pattern == InjectionPattern::DisregardSafety || pattern == InjectionPattern::IgnorePrevious;
  return !may_be_warned_of || !is_negated(bytes, at);
}

bool is_prefix_of_any(std::string_view start, const Step& step) noexcept {
  return std::any_of(step.words.begin(), step.words.end(),
                     [&](std::string_view word) { return word.substr(0, start.size()) == start; });
}

/// Of two patterns that begin at one place, the graver one counts: the other must not hide it from a policy that
/// blocks.
void merge(Attempt& best, const Attempt& other) noexcept {
  const auto severity = [](const Attempt& attempt) {
    return description(static_cast<InjectionPattern>(attempt.rule.index)).severity;
  };
  const bool are_matches = best.outcome == Outcome::Match && other.outcome == Outcome::Match;
  if (!are_matches || severity(best) == severity(other)) return best.merge(other);
  if (severity(other) > severity(best)) best = other;
}

/// letter_like() of ASCII; 0 for what is no letter, digits that look like none stand for themselves.
constexpr std::array<char, 128> make_letters() {
  std::array<char, 128> letters{};
  for (char32_t code = 0; code < 128; ++code) {
    const char32_t letter = ascii_letter_like(code);
    letters[code] = letter != kNone ? static_cast<char>(letter) : is_digit(code) ? static_cast<char>(code) : '\0';
  }
  return letters;
}
constexpr std::array<char, 128> kLetters = make_letters();

constexpr std::uint32_t hash_step(std::uint32_t hash, char letter) noexcept {
  return hash * 31 + static_cast<std::uint32_t>(letter);
}
constexpr std::uint32_t hash_bucket(std::uint32_t hash) noexcept { return (hash ^ hash >> 12) % 4096; }

}  // namespace

InjectionRecogniser::InjectionRecogniser() : phrases_(make_phrases()) {
  for (std::size_t i = 0; i < phrases_.size(); ++i) {
    for (const std::string_view word : phrases_[i].first().words) {
      std::uint32_t hash = 0;
      first_prefixes_.set(hash_bucket(hash));
      for (const char letter : word) {
        hash = hash_step(hash, letter);
        first_prefixes_.set(hash_bucket(hash));
      }
      first_words_.set(hash_bucket(hash));
      std::vector<std::uint8_t>& list = by_first_letter_[static_cast<std::size_t>(word[0] - 'a')];
      const auto index = static_cast<std::uint8_t>(i);
      if (list.empty() || list.back() != index) list.push_back(index);
    }
  }
}

Attempt InjectionRecogniser::match_phrase(const Phrase& phrase, WordReader reader, const Text& text,
                                          std::size_t at) const noexcept {
  Phrase::States states = phrase.after_first();
  while (!phrase.is_complete(states)) {
    const std::string_view word = reader.next();
    if (reader.starved()) return Attempt::pause(at);
    states = word.empty() ? 0 : phrase.advance(states, word);
    if (states == 0) return Attempt::nothing();
  }
  if (!fits_its_place(phrase.pattern(), text.bytes, at)) return Attempt::nothing();
  return Attempt::match(at, reader.end(), rule(phrase.pattern()));
}

Attempt InjectionRecogniser::match_phrases(const Text& text, std::size_t at) const noexcept {
  const char32_t letter = letter_like(fold(text.bytes, at).code);
  if (letter == kNone) return Attempt::nothing();
  const std::vector<std::uint8_t>& candidates = by_first_letter_[letter - U'a'];
  if (candidates.empty()) return Attempt::nothing();
  std::size_t before = 0;
  // '@' looks like a letter, and yet begins no word that could hide the one behind it.
  const char32_t last = character_before(text.bytes, at, before);
  if (is_alnum(last) || (last >= 0x80 && letter_like(last) != kNone)) return Attempt::nothing();
  WordReader reader{Cursor(text, at)};
  const std::string_view word = reader.next();
  Attempt best;
  for (const std::uint8_t index : candidates) {
    const Phrase& phrase = phrases_[index];
    if (reader.starved()) {
      if (is_prefix_of_any(word, phrase.first())) return Attempt::pause(at);
    } else if (phrase.first().accepts(word)) {
      merge(best, match_phrase(phrase, reader, text, at));
    }
  }
  return best;
}

bool InjectionRecogniser::may_begin_phrase(std::string_view bytes, std::size_t at) const noexcept {
  std::uint32_t hash = 0;
  const std::size_t end = std::min(bytes.size(), at + WordReader::kMostLetters + 1);
  for (std::size_t i = at; i < end; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte >= 0x80 || byte == '\'') return true;
    if (kLetters[byte] == '\0') return first_words_[hash_bucket(hash)];
    hash = hash_step(hash, kLetters[byte]);
  }
  // The word goes on: in the next piece, or it is longer than any word of a phrase.
  return end == bytes.size() && first_prefixes_[hash_bucket(hash)];
}

Attempt InjectionRecogniser::find(const Text& text, std::size_t from) const {
  const std::string_view bytes = text.bytes;
  for (std::size_t at = from; at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    const bool is_inside_word = at > 0 && is_alnum(static_cast<unsigned char>(bytes[at - 1]));
    if (is_inside_word && is_alnum(byte)) continue;
    Attempt attempt;
    const bool is_letter_like = byte >= 0xC2 || (byte < 0x80 && kLetters[byte] != '\0');
    if (is_letter_like && may_begin_phrase(bytes, at)) attempt = match_phrases(text, at);
    if (byte == '[' || byte == '<' || byte == 0xEF) attempt.merge(match_template_marker(text, at));
    if (attempt.outcome != Outcome::Nothing) return attempt;
  }
  return Attempt::nothing();
}

}  // namespace platos::governor_pii
