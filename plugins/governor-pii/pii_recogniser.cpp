#include "pii_recogniser.hpp"

#include <array>

#include "number_rules.hpp"
#include "word_rules.hpp"

namespace platos::governor_pii {
namespace {

enum Kind : std::uint8_t {
  kPlain = 0,
  kDigit = 1,
  kLetter = 2,
  kSign = 4,       // '+' and '(', which telephone numbers begin with
  kLocalMark = 8,  // in the local part of an address
  kMayFold = 16    // first byte of characters of which some fold to ASCII
};
constexpr std::uint8_t kAlnum = kDigit | kLetter;

constexpr std::array<std::uint8_t, 256> make_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t i = 0; i < 128; ++i) {
    const auto code = static_cast<char32_t>(i);
    kinds[i] =
        static_cast<std::uint8_t>((is_digit(code) ? kDigit : 0) | (is_letter(code) ? kLetter : 0) |
                                  (code == U'+' || code == U'(' ? kSign : 0) | (is_local_mark(code) ? kLocalMark : 0));
  }
  for (const unsigned lead : {0xD9U, 0xDBU, 0xE0U, 0xEFU}) kinds[lead] = kMayFold;
  return kinds;
}
constexpr std::array<std::uint8_t, 256> kKinds = make_kinds();

std::uint8_t kind_at(std::string_view bytes, std::size_t at) noexcept {
  return kKinds[static_cast<unsigned char>(bytes[at])];
}

std::size_t skip_word(std::string_view bytes, std::size_t at) noexcept {
  while (at < bytes.size() && (kind_at(bytes, at) & kAlnum) != 0) ++at;
  return at;
}

/// Whether the place is inside the local part that an earlier place began.
bool continues_local_part(std::string_view bytes, std::size_t at) noexcept {
  constexpr int kMostMarks = 4;
  for (int marks = 0; at > 0 && marks <= kMostMarks; ++marks) {
    const char32_t code = character_before(bytes, at, at);
    if (!is_local_mark(code)) return marks > 0 && is_alnum(code);
  }
  return false;
}

bool may_be_aws_access_key(std::string_view word) noexcept {
  return word.size() >= 2 && word[0] == 'A' && (word[1] == 'K' || word[1] == 'S');
}

/// Whether a plain word, as nearly all are, can be passed over: no digit is in it, and no '@' can follow.
bool is_plain_word(std::string_view bytes, std::size_t at, std::size_t word_end) noexcept {
  if (word_end == bytes.size() || may_be_aws_access_key(bytes.substr(at, word_end - at))) return false;
  std::uint8_t kinds = 0;
  for (std::size_t i = at; i < word_end; ++i) kinds |= kind_at(bytes, i);
  if ((kinds & kDigit) != 0) return false;
  const std::size_t limit = std::min(bytes.size(), at + kMostLocalCharacters + 1);
  std::size_t end = word_end;
  while (end < limit && (kind_at(bytes, end) & (kAlnum | kLocalMark)) != 0) ++end;
  if (end == bytes.size()) return false;
  return static_cast<unsigned char>(bytes[end]) < 0x80 && bytes[end] != '@';
}

/// Whether all that is known of a word are letters, so that it may still become an address. The usual end of a piece of
/// a stream, and decided without looking at every rule.
bool is_open_word(const Text& text, std::size_t at, std::size_t word_end) noexcept {
  if (text.complete || word_end != text.bytes.size() || word_end - at > kMostLocalCharacters) return false;
  std::uint8_t kinds = kPlain;
  if (at > 0) kinds = kind_at(text.bytes, at - 1);
  if ((kinds & (kAlnum | kLocalMark)) != 0) return false;
  if (at > 0 && static_cast<unsigned char>(text.bytes[at - 1]) >= 0x80) return false;
  for (std::size_t i = at; i < word_end; ++i) kinds |= kind_at(text.bytes, i);
  return (kinds & kDigit) == 0;
}

Attempt attempt_at(const Text& text, std::size_t at, char32_t first) noexcept {
  if (first == U'+' || first == U'(') return match_number(text, at);
  std::size_t before = 0;
  if (is_alnum(character_before(text.bytes, at, before))) return Attempt::nothing();
  Attempt best = is_digit(first) ? match_number(text, at) : match_id(text, at);
  if (!continues_local_part(text.bytes, at)) best.merge(match_email(text, at));
  return best;
}

}  // namespace

Attempt PiiRecogniser::find(const Text& text, std::size_t from) const {
  const std::string_view bytes = text.bytes;
  std::size_t at = from;
  if (at > 0 && at < bytes.size() && (kind_at(bytes, at - 1) & kAlnum) != 0) at = skip_word(bytes, at);
  while (at < bytes.size()) {
    const std::uint8_t kind = kind_at(bytes, at);
    if (kind == kPlain || kind == kLocalMark) {
      ++at;
      continue;
    }
    const std::size_t word_end = skip_word(bytes, at);
    if ((kind & kLetter) != 0 && is_open_word(text, at, word_end)) return Attempt::pause(at);
    if ((kind & kLetter) == 0 || !is_plain_word(bytes, at, word_end)) {
      const char32_t first = fold(bytes, at).code;
      if (is_alnum(first) || first == U'+' || first == U'(') {
        const Attempt attempt = attempt_at(text, at, first);
        if (attempt.outcome != Outcome::Nothing) return attempt;
      }
    }
    at = std::max(word_end, at + 1);
  }
  return Attempt::nothing();
}

}  // namespace platos::governor_pii
