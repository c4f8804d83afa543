#include "digit_run.hpp"

namespace platos::governor_pii {
namespace {

/// Takes what may separate two groups. Unspecified: these characters end the run.
Separator take_separator(Cursor& cursor) noexcept {
  constexpr int kMostCharacters = 3;
  Separator kind = Separator::Space;
  int count = 0;
  bool has_dot = false;
  for (; count < kMostCharacters; ++count) {
    const char32_t code = cursor.peek();
    if (code == U'-') {
      kind = kind == Separator::Parenthesis ? kind : Separator::Dash;
    } else if (code == U'(' || code == U')') {
      kind = Separator::Parenthesis;
    } else if (code == U'.') {
      has_dot = true;
    } else if (code != U' ') {
      break;
    }
    cursor.take();
  }
  if (has_dot) return count == 1 ? Separator::Dot : Separator::Unspecified;
  return count == 0 ? Separator::Unspecified : kind;
}

void take_group(Cursor& cursor, Separator before, DigitRun& run) noexcept {
  DigitRun::Group& group = run.groups[run.group_count++];
  group.first = run.digit_count;
  group.before = before;
  while (is_digit(cursor.peek()) && run.digit_count < DigitRun::kMostDigits) {
    run.digits[run.digit_count++] = static_cast<char>(cursor.take());
  }
  group.count = run.digit_count - group.first;
  group.end = cursor.end();
}

}  // namespace

bool DigitRun::is_uniform(std::size_t count) const noexcept {
  for (std::size_t i = 2; i < count; ++i) {
    if (groups[i].before != groups[1].before) return false;
  }
  return true;
}

DigitRun read_digit_run(const Text& text, std::size_t at) noexcept {
  DigitRun run;
  Cursor cursor(text, at);
  take_group(cursor, Separator::None, run);
  while (!is_digit(cursor.peek())) {
    if (is_letter(cursor.peek())) {
      run.touches_letter = true;
      break;
    }
    const Separator separator = take_separator(cursor);
    if (separator == Separator::Unspecified || !is_digit(cursor.peek())) break;
    if (run.digit_count == DigitRun::kMostDigits) return run;
    take_group(cursor, separator, run);
  }
  run.is_cut = run.digit_count == DigitRun::kMostDigits && is_digit(cursor.peek());
  run.is_starved = cursor.starved();
  return run;
}

LeftSide left_side(std::string_view bytes, std::size_t at) noexcept {
  LeftSide left;
  std::size_t begin = at;
  left.character = character_before(bytes, at, begin);
  left.is_alnum = is_alnum(left.character);
  const std::string_view kJoints = "-./_\\";
  const bool is_joint = left.character < 0x80 && kJoints.find(static_cast<char>(left.character)) != kJoints.npos;
  if (!is_joint && left.character != U' ') return left;
  char32_t before = character_before(bytes, begin, begin);
  left.is_glued = is_joint && is_alnum(before);
  left.is_decimal = left.character == U'.' && is_digit(before);
  while (is_digit(before) && left.digits < 5) {
    ++left.digits;
    before = character_before(bytes, begin, begin);
  }
  return left;
}

}  // namespace platos::governor_pii
