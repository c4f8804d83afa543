#include "word_rules.hpp"

#include <algorithm>
#include <array>

#include "check_digits.hpp"
#include "context.hpp"

namespace platos::governor_pii {
namespace {

/// Letters and digits in capitals, at most as many as an IBAN may have.
struct Characters {
  std::array<char, 34> data;
  std::size_t count = 0;

  void add(char32_t code) noexcept { data[count++] = static_cast<char>(to_upper(code)); }
  std::string_view view() const noexcept { return {data.data(), count}; }
};

Attempt undecided_or(const Cursor& cursor, std::size_t at, const Attempt& decided) noexcept {
  return cursor.starved() ? Attempt::pause(at) : decided;
}

/// Takes what stands before the '@', and the '@'. False: this is no address.
bool take_local_part(Cursor& cursor) noexcept {
  char32_t last = kNone;
  for (std::size_t count = 0; count <= kMostLocalCharacters; ++count) {
    const char32_t code = cursor.peek();
    if (code == U'@') return cursor.take() == U'@' && last != U'.';
    if (!is_alnum(code) && !is_local_mark(code)) return false;
    last = cursor.take();
  }
  return false;
}

/// Pictures for dense screens are called "logo@2x.png".
bool is_screen_density(char32_t first, char32_t second, std::size_t label_characters) noexcept {
  return is_digit(first) && to_lower(second) == U'x' && label_characters == 2;
}

/// One part of a host name between dots.
struct Label {
  std::size_t count = 0;
  std::size_t letters = 0;  ///< that it begins with
  std::size_t letters_end = 0;
  char32_t first = kNone, second = kNone;
  char32_t behind_letters = kNone;  ///< the character after them, in the label or behind it

  /// A top-level domain, perhaps with a dash behind: "example.com-or" ends at the dash.
  bool ends_a_domain() const noexcept {
    return letters >= 2 && letters <= 24 && (letters == count || behind_letters == U'-');
  }
};

Label take_label(Cursor& cursor, std::size_t most_characters) noexcept {
  Label label;
  while (label.count < most_characters && (is_alnum(cursor.peek()) || (cursor.peek() == U'-' && label.count > 0))) {
    const bool is_leading = is_letter(cursor.peek()) && label.letters == label.count;
    const char32_t code = cursor.take();
    if (label.count < 2) (label.count == 0 ? label.first : label.second) = code;
    if (++label.count; is_leading) {
      label.letters = label.count;
      label.letters_end = cursor.end();
      label.behind_letters = cursor.peek();
    }
  }
  return label;
}

/// Takes a host name; the offset behind its last label that may be a top-level domain, 0 when there is none.
std::size_t take_domain(Cursor& cursor) noexcept {
  constexpr std::size_t kMostDomainCharacters = 253;
  std::size_t end = 0;
  std::size_t room = kMostDomainCharacters;
  for (std::size_t labels = 0; room > 0; ++labels) {
    const Label label = take_label(cursor, room);
    if (labels > 0 && label.ends_a_domain()) end = label.letters_end;
    if (labels == 0 && is_screen_density(label.first, label.second, label.count)) return 0;
    room -= label.count;
    if (label.count == 0 || room == 0 || cursor.peek() != U'.') return end;
    cursor.take();
    --room;
  }
  return end;
}

Attempt match_iban(const Text& text, std::size_t at) noexcept {
  Cursor cursor(text, at);
  Characters characters;
  for (std::size_t i = 0; i < 4; ++i) {
    const bool fits = i < 2 ? is_letter(cursor.peek()) : is_digit(cursor.peek());
    if (!fits) return undecided_or(cursor, at, Attempt::nothing());
    characters.add(cursor.take());
  }
  const std::size_t length = iban_length(characters.data[0], characters.data[1]);
  while (characters.count < length) {
    if (cursor.peek() == U' ' || cursor.peek() == U'-') cursor.take();
    if (!is_alnum(cursor.peek())) return undecided_or(cursor, at, Attempt::nothing());
    characters.add(cursor.take());
  }
  if (length == 0 || !is_iban(characters.view())) return Attempt::nothing();
  const bool is_whole = !is_alnum(cursor.peek());
  return undecided_or(cursor, at,
                      is_whole ? Attempt::match(at, cursor.end(), rule(PiiType::Iban)) : Attempt::nothing());
}

/// 'A' a capital, '0' a digit, 'X' either.
bool take_shape(Cursor& cursor, std::string_view shape, Characters& taken) noexcept {
  for (const char kind : shape) {
    const char32_t code = cursor.peek();
    const bool fits = (kind != '0' && is_upper(code)) || (kind != 'A' && is_digit(code));
    if (!fits) return false;
    taken.add(cursor.take());
  }
  return !is_alnum(cursor.peek());
}

Attempt match_pan(const Text& text, std::size_t at) noexcept {
  constexpr std::string_view kHolders = "ABCFGHJLPT";
  Cursor cursor(text, at);
  Characters taken;
  const bool has_shape = take_shape(cursor, "AAAAA0000A", taken);
  if (cursor.starved()) return Attempt::pause(at);
  if (!has_shape || kHolders.find(taken.data[3]) == kHolders.npos || taken.view().substr(5, 4) == "0000") {
    return Attempt::nothing();
  }
  return Attempt::match(at, cursor.end(), rule(PiiType::Pan));
}

Attempt match_passport(const Text& text, std::size_t at) noexcept {
  Cursor cursor(text, at);
  Characters taken;
  const bool has_shape = take_shape(cursor, "A00000000", taken);
  if (cursor.starved()) return Attempt::pause(at);
  if (!has_shape) return Attempt::nothing();
  const Nearby nearby = stands_near(text, at, cursor.end(), {"passport", "travel document"});
  if (nearby == Nearby::Undecided) return Attempt::pause(at);
  return nearby == Nearby::Yes ? Attempt::match(at, cursor.end(), rule(PiiType::UsPassport)) : Attempt::nothing();
}

Attempt match_aws_access_key(const Text& text, std::size_t at) noexcept {
  Cursor cursor(text, at);
  Characters taken;
  const bool has_shape = take_shape(cursor, "AAAAXXXXXXXXXXXXXXXX", taken);
  // Starved before the fifth character, the prefix may still come.
  const std::string_view prefix = taken.view().substr(0, 4);
  const auto may_be = [&](std::string_view known) { return known.substr(0, prefix.size()) == prefix; };
  if (!may_be("AKIA") && !may_be("ASIA")) return Attempt::nothing();
  if (cursor.starved()) return Attempt::pause(at);
  return has_shape ? Attempt::match(at, cursor.end(), rule(PiiType::AwsAccessKey)) : Attempt::nothing();
}

}  // namespace

Attempt match_email(const Text& text, std::size_t at) noexcept {
  Cursor cursor(text, at);
  const bool has_local_part = take_local_part(cursor);
  const std::size_t end = has_local_part ? take_domain(cursor) : 0;
  if (cursor.starved()) return Attempt::pause(at);
  return end == 0 ? Attempt::nothing() : Attempt::match(at, end, rule(PiiType::Email));
}

Attempt match_id(const Text& text, std::size_t at) noexcept {
  Attempt best = match_iban(text, at);
  best.merge(match_pan(text, at));
  best.merge(match_passport(text, at));
  best.merge(match_aws_access_key(text, at));
  return best;
}

}  // namespace platos::governor_pii
