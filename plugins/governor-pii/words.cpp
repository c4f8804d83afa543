#include "words.hpp"

namespace platos::governor_pii {
namespace {

/// Letters of other alphabets, and Latin ones with accents, that pass for a plain one at a glance.
char32_t look_alike(char32_t code) noexcept {
  struct Row {
    std::u32string_view codes;
    char32_t letter;
  };
  static constexpr Row kRows[] = {
      {U"àáâãäåāаАαΑ", U'a'}, {U"ВвβΒ", U'b'},   {U"çсСϲ", U'c'},        {U"ԁ", U'd'},          {U"èéêëēеЕёЁεΕ", U'e'},
      {U"ɡ", U'g'},           {U"һНΗ", U'h'},    {U"ìíîïīıіІїιΙ", U'i'}, {U"јЈ", U'j'},         {U"кКκΚ", U'k'},
      {U"ӏ", U'l'},           {U"мМΜ", U'm'},    {U"ñпηΝ", U'n'},        {U"òóôõöōоОοΟ", U'o'}, {U"рРρΡ", U'p'},
      {U"ѕЅ", U's'},          {U"тТτΤ", U't'},   {U"ùúûüūυ", U'u'},      {U"ѵν", U'v'},         {U"ԝ", U'w'},
      {U"хХχΧ", U'x'},        {U"ýÿуУΥγ", U'y'}, {U"Ζ", U'z'},
  };
  for (const Row& row : kRows) {
    if (row.codes.find(code) != std::u32string_view::npos) return row.letter;
  }
  return kNone;
}

/// Accents that are characters of their own, and what may stand inside a word: "you're", "you’re".
bool is_passed_over(char32_t code) noexcept {
  return (code >= 0x300 && code <= 0x36F) || code == U'\'' || code == 0x2019;
}

/// What may part two words of one phrase.
bool is_between_words(char32_t code) noexcept {
  constexpr std::string_view kSoft = " \t\r\n\v\f\"`*_-~,/|>#()[]{}<\\";
  if (code < 0x80) return kSoft.find(static_cast<char>(code)) != kSoft.npos;
  return code == 0x201C || code == 0x201D || code == 0x2018 || code == 0x85;
}

}  // namespace

char32_t letter_like(char32_t code) noexcept {
  if (code < 0x80) return ascii_letter_like(code);
  return code < 0x600 ? look_alike(code) : kNone;
}

bool WordReader::skip_between_words() noexcept {
  constexpr int kMostBetween = 12;
  for (int i = 0; i < kMostBetween && is_between_words(cursor_.peek()); ++i) cursor_.take();
  return !is_between_words(cursor_.peek());
}

std::string_view WordReader::next() noexcept {
  if (!skip_between_words()) return {};
  if (cursor_.peek() == U':') {
    cursor_.take();
    end_ = cursor_.end();
    return ":";
  }
  std::size_t size = 0;
  for (;;) {
    const char32_t code = cursor_.peek();
    if (code == kNone) break;
    const char32_t letter = letter_like(code);
    if (letter == kNone && !(size > 0 && is_passed_over(code)) && !is_digit(code)) break;
    cursor_.take();
    if (letter != kNone || is_digit(code)) {
      if (size == word_.size()) return {};
      word_[size++] = static_cast<char>(letter != kNone ? letter : code);
      end_ = cursor_.end();
    }
  }
  return {word_.data(), size};
}

}  // namespace platos::governor_pii
