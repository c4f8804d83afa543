#include "pattern_bounds.hpp"

#include <algorithm>
#include <string>

#include "folding.hpp"

namespace platos::governor_pii {
namespace {

constexpr std::size_t kMostBytesOfCharacter = 4;
constexpr std::size_t kTooManyBytes = 1U << 20;

/// Reads a pattern from left to right. Bounds may be wider than what the pattern can match, never narrower.
class Reader {
 public:
  explicit Reader(std::string_view pattern) : rest_(pattern) {}

  PatternBounds read() {
    const PatternBounds bounds = read_alternatives();
    if (!rest_.empty()) fail("has a ')' too many");
    return bounds;
  }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw UnboundedPattern(what); }

  bool take(std::string_view prefix) {
    if (rest_.substr(0, prefix.size()) != prefix) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

  char take_byte() {
    if (rest_.empty()) fail("ends too early");
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }

  PatternBounds read_alternatives() {
    if (++depth_ > 32) fail("nests deeper than 32 groups");
    PatternBounds all = read_sequence();
    while (take("|")) {
      const PatternBounds other = read_sequence();
      all.most_bytes = std::max(all.most_bytes, other.most_bytes);
      all.can_be_empty = all.can_be_empty || other.can_be_empty;
      all.first_bytes |= other.first_bytes;
    }
    --depth_;
    return all;
  }

  PatternBounds read_sequence() {
    PatternBounds all;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      const PatternBounds next = read_repeated();
      if (all.can_be_empty) all.first_bytes |= next.first_bytes;
      all.can_be_empty = all.can_be_empty && next.can_be_empty;
      all.most_bytes = std::min(all.most_bytes + next.most_bytes, kTooManyBytes);
    }
    return all;
  }

  PatternBounds read_repeated() {
    PatternBounds bounds = read_atom();
    for (;;) {
      if (take("?")) {
        bounds.can_be_empty = true;
      } else if (!rest_.empty() && (rest_.front() == '*' || rest_.front() == '+')) {
        fail(std::string("repeats without a limit: write {0,20} or {1,20} instead of ") + rest_.front());
      } else if (rest_.size() > 1 && rest_[0] == '{' && is_digit(static_cast<unsigned char>(rest_[1]))) {
        read_count(bounds);
      } else {
        return bounds;
      }
    }
  }

  std::size_t take_number() {
    std::size_t number = 0;
    while (!rest_.empty() && is_digit(static_cast<unsigned char>(rest_.front()))) {
      number = std::min<std::size_t>(number * 10 + static_cast<std::size_t>(take_byte() - '0'), 1000);
    }
    return number;
  }

  void read_count(PatternBounds& bounds) {
    take("{");
    const std::size_t least = take_number();
    std::size_t most = least;
    if (take(",")) {
      if (take("}")) fail("repeats without a limit: write {1,20} instead of {1,}");
      most = take_number();
    }
    if (!take("}")) fail("has a count that is not {n} or {n,m}");
    bounds.most_bytes = std::min(bounds.most_bytes * most, kTooManyBytes);
    bounds.can_be_empty = bounds.can_be_empty || least == 0;
  }

  PatternBounds read_atom() {
    if (rest_.front() == '(') return read_group();
    if (rest_.front() == '[') return read_class();
    const char byte = take_byte();
    if (byte == '^' || byte == '$') fail("has ^ or $, which mean nothing in a stream: use \\b");
    if (byte == '.') return any_character();
    if (byte == '\\') return read_escape();
    while (!rest_.empty() && !starts_character(rest_.front())) take_byte();
    return literal(byte);
  }

  PatternBounds read_group() {
    take("(");
    if (take("?P<")) {
      while (take_byte() != '>') continue;
    } else if (take("?")) {
      while (take("i") || take("s")) continue;
      // "(?i)" is about what follows, and no group.
      if (take(")")) return {};
      if (!take(":")) fail("has a group of another kind than (...), (?:...), (?i) and (?P<name>...)");
    }
    const PatternBounds bounds = read_alternatives();
    if (!take(")")) fail("lacks a ')'");
    return bounds;
  }

  PatternBounds read_class() {
    take("[");
    PatternBounds bounds = any_character();
    const bool is_negated = take("^");
    std::bitset<256> bytes;
    bool is_plain = !is_negated;
    for (bool is_first = true; is_first || rest_.empty() || rest_.front() != ']'; is_first = false) {
      const char from = take_byte();
      if (from == '\\') take_byte();
      if (from == '[' && take(":")) {
        while (!take(":]")) take_byte();
      }
      is_plain = is_plain && from != '\\' && from != '[' && static_cast<unsigned char>(from) < 0x80;
      char to = from;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        take("-");
        to = take_byte();
        is_plain = is_plain && to != '\\' && static_cast<unsigned char>(to) < 0x80;
      }
      if (is_plain) add_range(bytes, from, to);
    }
    take("]");
    if (is_plain) bounds.first_bytes = bytes;
    return bounds;
  }

  PatternBounds read_escape() {
    const char kind = take_byte();
    switch (kind) {
      case 'b':
      case 'B': return {};
      case 'A':
      case 'z': fail("has \\A or \\z, which mean nothing in a stream: use \\b");
      case 'C':
      case 'Q': fail("has \\C or \\Q, which are not supported");
      case 'd': return of_range('0', '9');
      case 'x':
      case 'p':
      case 'P':
        if (take("{")) {
          while (take_byte() != '}') continue;
        } else {
          for (int i = 0; i < (kind == 'x' ? 2 : 1); ++i) take_byte();
        }
        return any_character();
      default: break;
    }
    return is_alnum(static_cast<unsigned char>(kind)) ? any_character() : literal(kind);
  }

  static PatternBounds any_character() {
    PatternBounds bounds{kMostBytesOfCharacter, false, {}};
    bounds.first_bytes.set();
    return bounds;
  }
  static PatternBounds of_range(char from, char to) {
    PatternBounds bounds{kMostBytesOfCharacter, false, {}};
    add_range(bounds.first_bytes, from, to);
    return bounds;
  }
  static PatternBounds literal(char byte) {
    // Without case, other characters than ASCII ones may stand for a letter, and for those that are none.
    return static_cast<unsigned char>(byte) < 0x80 ? of_range(byte, byte) : any_character();
  }

  /// With the other case of letters, and the two that are no ASCII: the long s and the sign of Kelvin.
  static void add_range(std::bitset<256>& bytes, char from, char to) {
    for (auto code = static_cast<unsigned char>(from); code <= static_cast<unsigned char>(to); ++code) {
      bytes.set(code);
      bytes.set(static_cast<std::size_t>(to_upper(code)));
      bytes.set(static_cast<std::size_t>(to_lower(code)));
      if (to_lower(code) == U's') bytes.set(0xC5);
      if (to_lower(code) == U'k') bytes.set(0xE2);
    }
  }

  std::string_view rest_;
  int depth_ = 0;
};

}  // namespace

PatternBounds bounds_of(std::string_view pattern) { return Reader(pattern).read(); }

}  // namespace platos::governor_pii
